export { type BuildOptions, type BuildReport, build } from './build.js';
export { type PackOptions, type PackReport, pack } from './pack.js';
export { TOOL_NAMES, type ToolName } from './project.js';
