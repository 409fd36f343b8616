import { relative } from 'node:path';
import { type PackReport, pack } from '../packaging/index.js';
import { milliseconds } from './arguments.js';
import type { Command } from './command.js';
import { bytes, columns, printable } from './text.js';

/** `mortise pack [DIR]` */
export const packCommand: Command = {
  name: 'pack',
  operands: '[DIR]',
  arity: { min: 0, max: 1 },
  summary: 'packs what was built of a plugin, for all platforms in its dist/, into NAME-VERSION.tgz',
  options: {
    out: {
      type: 'string',
      value: 'FILE|DIR',
      help: 'the archive (.tgz), or the folder for it; the folder of the plugin where not given',
    },
    timeout: { type: 'string', value: 'MS', help: 'how long the probe may take; 10000 where not given' },
  },
  notes:
    'Each library is checked as a file, and the one for this machine is probed. The same files make the same archive. Check an unpacked one: sha256sum -c SHA256SUMS.',
  async run({ operands: [directory = '.'], options, output, signal }) {
    const timeoutMs = milliseconds(options, 'timeout', packCommand);
    const report = await pack(directory, {
      out: options.text('out'),
      timeoutMs,
      signal,
      onProgress: (message) => output.progress(message),
    });
    output.result(report, () => describe(report));
    if (!output.json) for (const warning of report.warnings) output.warning(warning);
    return 0;
  },
};

function describe({ plugin, version, archive, size, sha256, unchanged, probed, failedHere, files }: PackReport): string[] {
  const length = Math.max(...files.map((file) => bytes(file.size).length));
  const saidNo = failedHere === null ? '' : `: its ${failedHere.where} failed here: ${failedHere.message}`;
  const rows = [
    ['archive', `${printable(relative('', archive))}  ${bytes(size)}${unchanged ? ', as it was' : ''}`],
    ['sha256', sha256],
    ['probed', printable(`${probed ?? 'when it was built'}${saidNo}`)],
    ...files.map((file, index) => [
      index === 0 ? 'contents' : '',
      `${bytes(file.size).padStart(length)}  ${printable(file.path)}`,
    ]),
  ];
  return [`${printable(`${plugin} ${version}`)}: packed`, ...columns(rows, '  ')];
}
