import { relative } from 'node:path';
import { nearest, PluginSystemError } from '../errors/index.js';
import { type BuildReport, build, TOOL_NAMES, type ToolName } from '../packaging/index.js';
import { milliseconds, usageError } from './arguments.js';
import type { Command, ParsedOptions } from './command.js';
import { bytes, columns, printable } from './text.js';

/** `mortise build [DIR]` */
export const buildCommand: Command = {
  name: 'build',
  operands: '[DIR]',
  arity: { min: 0, max: 1 },
  summary:
    'builds the plugin in a folder, checks it against its manifest.json and probes it: dist/PLATFORM-ARCH/NAME, dist/metadata.json',
  options: {
    tool: {
      type: 'string',
      value: 'TOOL',
      help: `${TOOL_NAMES.join(', ')}; where not given, the first of them whose project file is there`,
    },
    debug: { type: 'boolean', help: 'for a debugger: not optimised, not stripped; with source maps in TypeScript' },
    timeout: { type: 'string', value: 'MS', help: 'how long the probe may take; 10000 where not given' },
  },
  notes:
    'Project files: Cargo.toml, CMakeLists.txt, binding.gyp, tsconfig.json. What tools print goes to stderr. The library with its symbols stays in build/.\nThe probe takes the plugin through its life: stages, init, preflight, shutdown. That its init or preflight says no is a warning: it may need what is not here.\nThe plugin runs with your rights. A build that fails leaves dist/ as it was.',
  async run({ operands: [directory = '.'], options, output, signal }) {
    const timeoutMs = milliseconds(options, 'timeout', buildCommand);
    let isOutputShown = false;
    try {
      const report = await build(directory, {
        tool: toolOf(options),
        isDebug: options.flag('debug'),
        timeoutMs,
        signal,
        onProgress: (message) => output.progress(message),
        onOutput: (chunk) => {
          isOutputShown = true;
          output.passOn(chunk);
        },
      });
      output.result(report, () => describe(report));
      if (!output.json) for (const warning of report.warnings) output.warning(warning);
      return 0;
    } catch (error) {
      // It is there, above.
      if (error instanceof PluginSystemError && isOutputShown && !output.json) error.cause = undefined;
      throw error;
    }
  },
};

function toolOf(options: ParsedOptions): ToolName | undefined {
  const name = options.text('tool');
  if (name === undefined) return undefined;
  const tool = TOOL_NAMES.find((known) => known === name);
  if (tool !== undefined) return tool;
  const near = nearest(name, TOOL_NAMES);
  const remedy = near === undefined ? `Tools are: ${TOOL_NAMES.join(', ')}.` : `Did you mean ${near}?`;
  throw usageError(`--tool is ${JSON.stringify(name)}, which is none`, buildCommand, remedy);
}

function probeResult(failedHere: BuildReport['failedHere'], isCompiled: boolean): string {
  if (failedHere !== null) return `its ${failedHere.where} failed here: ${failedHere.message}`;
  return `ok${isCompiled ? ': all that it handed over was given back' : ''}`;
}

function describe(report: BuildReport): string[] {
  const {
    plugin,
    version,
    tool,
    platform,
    arch,
    result,
    size,
    unstripped,
    notStripped,
    debug,
    probed,
    failedHere,
    documentPath,
    document,
    removed,
  } = report;
  const shown = (path: string) => printable(relative('', path) || '.');
  const isCompiled = unstripped !== null;
  const isStripped = isCompiled && !debug && notStripped === null;
  const rows = [
    ['built', `${shown(result)}  ${bytes(size)}${isStripped ? `, ${bytes(unstripped.size)} before strip` : ''}`],
    ...(isCompiled ? [['unstripped', shown(unstripped.path)]] : []),
    ...(notStripped === null ? [] : [['not stripped', printable(notStripped)]]),
    ...(document?.abi === undefined
      ? []
      : [['record', `ABI ${document.abi}, language ${document.language}, threads ${document.threads}`]]),
    ...(document?.stages ?? []).map(({ id, description }, index) => [
      index === 0 ? 'stages' : '',
      `${printable(id)}${description === undefined ? '' : `  ${printable(description)}`}`,
    ]),
    ['probed', probed ? printable(probeResult(failedHere, isCompiled)) : 'no: it cannot run here'],
    ...removed.map((path, index) => [index === 0 ? 'removed' : '', `${shown(path)}: of an earlier build`]),
    ...(documentPath === null ? [] : [['metadata', shown(documentPath)]]),
  ];
  const target = isCompiled ? ` for ${platform}-${arch}` : '';
  return [`${printable(`${plugin} ${version}`)}: built with ${tool}${target}`, ...columns(rows, '  ')];
}
