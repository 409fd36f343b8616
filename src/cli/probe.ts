import { probe } from '../core/index.js';
import type { ProbeReport } from '../isolation/index.js';
import { milliseconds } from './arguments.js';
import type { Command } from './command.js';
import { columns, ms, printable } from './text.js';

/** `mortise probe FILE` */
export const probeCommand: Command = {
  name: 'probe',
  operands: 'FILE',
  arity: { min: 1, max: 1 },
  summary: 'opens a compiled plugin, or a module in JavaScript, in a process of its own, registers its stages and destroys it',
  options: {
    init: { type: 'boolean', help: 'also init, preflight and shut down' },
    timeout: { type: 'string', value: 'MS', help: 'how long all of it may take; 10000 where not given' },
    'api-version': { type: 'string', value: 'VERSION', help: 'host API version that the plugin is told' },
  },
  notes: 'The plugin runs with your rights: probe files that you trust that far. Fails if the plugin does.',
  async run({ operands: [file = ''], options, output, signal }) {
    const timeoutMs = milliseconds(options, 'timeout', probeCommand);
    const apiVersion = options.text('api-version');
    const report = await probe(file, {
      init: options.flag('init'),
      signal,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(apiVersion === undefined ? {} : { apiVersion }),
    });
    output.result(report, () => describe(report, output.paint));
    if (!output.json) {
      for (const warning of report.warnings) output.warning(warning);
      if (report.error !== undefined) output.errorBlock(report.error);
    }
    return report.ok ? 0 : 1;
  },
};

function describe(report: ProbeReport, paint: (style: 'bold' | 'green' | 'red', text: string) => string): string[] {
  const { metadata, record, stages, steps, difference } = report;
  const verdict = report.ok ? paint('green', 'ok') : paint('red', 'failed');
  const name = metadata === undefined ? printable(report.path) : printable(`${metadata.name} ${metadata.version}`);
  const facts = [
    ['file', printable(report.path)],
    ...(metadata === undefined
      ? []
      : [
          ['priority', printable(`${metadata.priority.category}:${metadata.priority.value}${metadata.isCore ? ', core' : ''}`)],
        ]),
    ...(record === undefined ? [] : [['record', `ABI ${record.abi}, language ${record.language}, threads ${record.threads}`]]),
    ...stages.map(({ id, description }, index) => [
      index === 0 ? 'stages' : '',
      `${printable(id)}${description === undefined ? '' : `  ${printable(description)}`}`,
    ]),
    ...steps.map(({ step, milliseconds: time }, index) => [index === 0 ? 'steps' : '', `${step.padEnd(16)}${ms(time)}`]),
    ...difference.map(({ what, taken, given }, index) => [
      index === 0 ? 'not given back' : '',
      `${printable(what)}: ${given} of ${taken}`,
    ]),
    ...(report.ok && difference.length === 0 && report.ledger.length > 0
      ? [['given back', `all of ${report.ledger.length} things taken`]]
      : []),
    ...printed('stdout', report.stdout),
    ...printed('stderr', report.stderr),
  ];
  return [`${paint('bold', name)}: ${verdict}`, ...columns(facts, '  ')];
}

function printed(stream: string, text: string): string[][] {
  if (text === '') return [];
  const lines = text.trimEnd().split('\n').slice(-8);
  return lines.map((line, index) => [index === 0 ? stream : '', printable(line)]);
}
