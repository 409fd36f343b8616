export { type BuildOptions, type BuildReport, build } from './build.js';
export { type PackOptions, type PackReport, pack } from './pack.js';
export { placeFile } from './place.js';
export { TOOL_NAMES, type ToolName } from './project.js';
export { compile, configure } from './tools/cmake.js';
