import { resolve } from 'node:path';
import { EXTENSION_POINT } from '../abi/index.js';
import { type BinaryInfo, ENTRY_POINT, inspectFile, type PluginRecord, readRecord } from '../binary/index.js';
import { PluginSystemError } from '../errors/index.js';
import { checkLibraryFile } from '../native/index.js';
import type { Command } from './command.js';
import { columns, printable } from './text.js';

const FORMATS = { elf: 'ELF', pe: 'PE', 'mach-o': 'Mach-O' } as const;

/** `mortise inspect FILE` */
export const inspect: Command = {
  name: 'inspect',
  operands: 'FILE',
  arity: { min: 1, max: 1 },
  summary: 'says what a library file is and what is in it, without running any of it',
  options: {},
  notes: 'Succeeds for every library, also for one that this process cannot open: `opens here` says so, and why.',
  async run({ operands: [file = ''], output }) {
    const path = resolve(file);
    const { info, sha256, size } = await inspectFile(path);
    const { record, refusal } = judge(info);
    const { format, bits, endian, machine, platform, type, soname, needed, architectures } = info;
    const facts = {
      path,
      sha256,
      size,
      format,
      bits,
      endian,
      machine,
      platform,
      type,
      soname: soname ?? null,
      needed,
      architectures,
      entryPoint: info.hasExport(ENTRY_POINT),
      extensions: info.hasExport(EXTENSION_POINT),
      exports: info.exports().map(({ name }) => name),
      record: record === undefined ? null : recordFacts(record),
      opens: refusal === undefined,
      refusal: refusal ?? null,
    };
    output.result(facts, () => [printable(path), ...columns(rows(facts, record, refusal), '  ')]);
    return 0;
  },
};

function judge(info: BinaryInfo): { record: PluginRecord | undefined; refusal: PluginSystemError | undefined } {
  let record: PluginRecord | undefined;
  try {
    record = readRecord(info);
    checkLibraryFile(info.path);
    return { record, refusal: undefined };
  } catch (error) {
    return { record, refusal: PluginSystemError.from(error, 'Internal', { path: info.path }) };
  }
}

function recordFacts({ abiMajor, abiMinor, language, threads, headerVersion, manifest }: PluginRecord) {
  return { abi: `${abiMajor}.${abiMinor}`, language, threads, headerVersion, manifest };
}

type Facts = Pick<BinaryInfo, 'format' | 'bits' | 'endian' | 'machine' | 'platform' | 'type' | 'needed'> & {
  readonly size: number;
  readonly sha256: string;
  readonly entryPoint: boolean;
  readonly extensions: boolean;
};

function rows(facts: Facts, record: PluginRecord | undefined, refusal: PluginSystemError | undefined): string[][] {
  return [
    ['format', `${FORMATS[facts.format]}, ${facts.bits} bits, ${facts.endian} endian, ${facts.type}`],
    ['built for', `${facts.platform} ${facts.machine}`],
    ['size', `${facts.size} bytes`],
    ['sha256', facts.sha256],
    ['needs', facts.needed.length === 0 ? 'no other library' : printable(facts.needed.join(', '))],
    ['entry point', facts.entryPoint ? ENTRY_POINT : `none: it exports no ${ENTRY_POINT}`],
    ['extensions', facts.extensions ? EXTENSION_POINT : 'none'],
    ...recordRows(record),
    ['opens here', refusal === undefined ? 'yes' : `no: ${refusal.code}: ${printable(refusal.detail)}`],
    ...(refusal === undefined ? [] : [['to do', printable(refusal.remedy)]]),
  ];
}

function recordRows(record: PluginRecord | undefined): string[][] {
  if (record === undefined) return [['record', 'none that can be read: base layout only']];
  const { abi, language, threads, headerVersion, manifest } = recordFacts(record);
  return [
    ['record', `ABI ${abi}, header ${printable(headerVersion)}, language ${language}, threads ${threads}`],
    ...Object.entries(manifest).map(([key, value], index) => [
      index === 0 ? 'manifest' : '',
      `${printable(key)}: ${printable(JSON.stringify(value))}`,
    ]),
  ];
}
