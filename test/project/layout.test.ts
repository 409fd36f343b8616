import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as abi from '../../dist/abi/index.js';
import { root } from './installed.js';

interface Layout {
  readonly word: number;
  readonly structs: Record<string, { size: number; align: number; fields: Record<string, { offset: number; size: number }> }>;
  readonly enums: Record<string, Record<string, number>>;
  readonly lists: Record<string, Record<string, { value: number; text?: string; low?: number; high?: number }>>;
  readonly strings: Record<string, string>;
  readonly numbers: Record<string, number>;
}

const script = new URL('../../native-abi/test/layout.mjs', import.meta.url).href;
const { readLayout } = (await import(script)) as { readLayout(compiler?: string): Promise<Layout> };
const layout = await readLayout();

/** Structs of the headers that src/abi does not model, with the reason. */
const STRUCTS_ELSEWHERE: Readonly<Record<string, string>> = {
  MortiseRecord: 'read from files, of any machine: src/binary/record.ts, held to compiled records by test/binary',
  'MortiseImage.ranges[]': 'pairs of two 64-bit numbers, read as such by src/safety/image.ts; compared below',
  MortiseConfigExtension: 'the host does not serve this extension yet',
  MortiseFunction: 'the host does not serve functions yet',
  MortiseCall: 'the host does not serve functions yet',
  MortiseFunctionsExtension: 'the host does not serve this extension yet',
  MortiseHealthExtension: 'the host does not serve this extension yet',
  MortiseMessage: 'the host does not serve messages yet',
  MortiseMessagesExtension: 'the host does not serve this extension yet',
  MortiseMetric: 'the host does not serve metrics yet',
  MortiseMetricsExtension: 'the host does not serve this extension yet',
  MortiseStateExtension: 'the host does not serve this extension yet',
};

/** Enums of the headers that src/abi does not model, with the reason. */
const ENUMS_ELSEWHERE: Readonly<Record<string, string>> = {
  MortiseLanguage: 'a byte of the record: src/binary/record.ts',
  MortiseThreads: 'a byte of the record: src/binary/record.ts',
  MortiseFunctionFlag: 'the host does not serve functions yet',
  MortiseHealth: 'the host does not serve health yet',
  MortiseMetricKind: 'the host does not serve metrics yet',
};

const NUMBERS_ELSEWHERE: Readonly<Record<string, string>> = {
  MORTISE_RECORD_FORMAT: 'src/binary/record.ts',
  MORTISE_MAX_MANIFEST: 'src/binary/record.ts',
  MORTISE_LOG_QUEUE: 'known to the host library alone',
  MORTISE_IMAGE_RANGES: 'part of the size of MortiseImage',
  MORTISE_FINGERPRINT: 'the length of a SHA-256, which is what src/native passes',
  MORTISE_MAX_VALUE: 'judged by the host library, which refuses larger values by code',
  MORTISE_KIT_MESSAGE: 'known to the kits alone',
  FFI_PRIORITY_DEFAULT: 'known to the kits; the middle of third_party, which is what `priority.ts` takes for that word',
  MORTISE_MIN_MESSAGE: 'a promise to plugins: compared with the buffer of src/safety below',
};

const STRINGS_ELSEWHERE: Readonly<Record<string, string>> = {
  MORTISE_RECORD_MAGIC: 'src/binary/record.ts',
  MORTISE_RECORD_SECTION_NAME: 'src/binary: one for each format',
  MORTISE_EXT_CONFIG: 'the host does not serve this extension yet',
  MORTISE_EXT_FUNCTIONS: 'the host does not serve this extension yet',
  MORTISE_EXT_HEALTH: 'the host does not serve this extension yet',
  MORTISE_EXT_MESSAGES: 'the host does not serve this extension yet',
  MORTISE_EXT_METRICS: 'the host does not serve this extension yet',
  MORTISE_EXT_STATE: 'the host does not serve this extension yet',
};

const without = <Value>(entries: Readonly<Record<string, Value>>, names: object) =>
  Object.fromEntries(Object.entries(entries).filter(([name]) => !(name in names)));

/** `MORTISE_STAGE_NO_DRY_RUN` without `MORTISE_STAGE_` → `noDryRun`. */
const camel = (name: string, prefix: RegExp) =>
  name
    .replace(prefix, '')
    .toLowerCase()
    .replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

const renamed = (values: Readonly<Record<string, number>> | undefined, prefix: RegExp) =>
  Object.fromEntries(Object.entries(values ?? {}).map(([name, value]) => [camel(name, prefix), value]));

describe('[G3] src/abi is what a C compiler makes of the headers', () => {
  it('structs: every one that the host reads, its size and the offset of every field', () => {
    const compiled = Object.entries(without(layout.structs, STRUCTS_ELSEWHERE)).map(([name, { size, fields }]) => {
      const offsets = Object.entries(fields).map(([field, { offset }]) => [field, offset]);
      return [name, { size, offsets: Object.fromEntries(offsets) }];
    });
    expect(abi.LAYOUT).toEqual(Object.fromEntries(compiled));
  });

  it('structs left out: they exist, and for a reason', () => {
    expect(Object.keys(STRUCTS_ELSEWHERE).filter((name) => !(name in layout.structs))).toEqual([]);
    expect(layout.structs['MortiseImage.ranges[]']).toMatchObject({
      size: 16,
      fields: { start: { offset: 0 }, end: { offset: 8 } },
    });
  });

  it('the base table: 22 words in order', () => {
    const fields = Object.entries(layout.structs['PluginVTable']?.fields ?? {});
    expect(abi.WORD).toBe(layout.word);
    expect(abi.VTABLE_SLOTS).toEqual(fields.map(([name]) => name));
    expect(fields.map(([, { offset, size }]) => [offset, size])).toEqual(fields.map((_, index) => [index * 8, 8]));
  });

  it('result codes: name, number, sentence', () => {
    const rows = Object.entries(layout.lists['MORTISE_RESULTS'] ?? {}).map(([name, { value, text }]) => [name, [value, text]]);
    expect(abi.RESULT_CODES).toEqual(Object.fromEntries(rows));
  });

  it('tags of values, in order', () => {
    const tags = Object.entries(layout.lists['MORTISE_TAGS'] ?? {}).map(([name, { value }]) => [
      name.replace('MORTISE_', '').toLowerCase(),
      value,
    ]);
    expect(abi.VALUE_TAGS.map((tag, index) => [tag, index])).toEqual(tags);
  });

  it('priority bands, in order', () => {
    const bands = Object.entries(layout.lists['MORTISE_PRIORITIES'] ?? {}).map(([name, { value, low, high }]) => {
      return [value, { category: name.replace(/^(FFI|MORTISE)_PRIORITY_/, '').toLowerCase(), low, high }];
    });
    expect(abi.PRIORITY_BANDS.map((band, index) => [index, band])).toEqual(bands);
  });

  it('the other enums, and none is forgotten', () => {
    const { MortiseResultCode, FfiPriorityCategory, MortiseTag, ...others } = without(layout.enums, ENUMS_ELSEWHERE);
    expect([MortiseResultCode, FfiPriorityCategory, MortiseTag], 'compared by their lists').not.toContain(undefined);
    expect(others).toSatisfy(() => Object.keys(ENUMS_ELSEWHERE).every((name) => name in layout.enums));
    const {
      MortiseMode,
      MortiseLogLevel,
      MortiseStageFlag,
      MortiseStageResultFlag,
      MortiseEntryFlag,
      MortiseNoteKind,
      MortiseEventKind,
      MortisePluginState,
      MortiseAccess,
      ...unknown
    } = others;
    expect(unknown).toEqual({});
    expect(abi.RUN_MODES).toEqual({ live: MortiseMode?.['MORTISE_LIVE'], dry_run: MortiseMode?.['MORTISE_DRY_RUN'] });
    expect(abi.LOG_LEVELS).toEqual(renamed(MortiseLogLevel, /^MORTISE_LOG_/));
    expect(abi.STAGE_FLAGS).toEqual(renamed(MortiseStageFlag, /^MORTISE_STAGE_/));
    expect(abi.STAGE_RESULT_FLAGS).toEqual(renamed(MortiseStageResultFlag, /^MORTISE_STAGE_/));
    expect(abi.ENTRY_FLAGS).toEqual(renamed(MortiseEntryFlag, /^MORTISE_ENTRY_/));
    expect(abi.NOTE_KINDS).toEqual(renamed(MortiseNoteKind, /^MORTISE_NOTE_/));
    expect(abi.PLUGIN_STATES).toEqual(renamed(MortisePluginState, /^MORTISE_PLUGIN_/));
    const access = Object.entries(MortiseAccess ?? {}).map(([name, value]) => [
      name.replace('MORTISE_', '').toLowerCase(),
      value,
    ]);
    expect(abi.RESOURCE_ACCESS.map((name, index) => [name, index])).toEqual(access);
    expect(abi.EVENT_KINDS).toEqual(renamed(MortiseEventKind, /^MORTISE_EVENT_/));
  });

  it('versions and limits, both ways', () => {
    const compiled = Object.entries(without(layout.numbers, NUMBERS_ELSEWHERE)).map(([name, value]) => [
      name.replace('MORTISE_', ''),
      value,
    ]);
    const modelled = Object.entries(abi).filter(
      ([name, value]) => typeof value === 'number' && name !== 'WORD' && !/_OK$/.test(name),
    );
    expect(Object.fromEntries(modelled)).toEqual(Object.fromEntries(compiled));
    expect(Object.keys(NUMBERS_ELSEWHERE).filter((name) => !(name in layout.numbers))).toEqual([]);
  });

  it('messages: the buffer that the host gives has at least the promised size', () => {
    const [, capacity = '0'] =
      /MESSAGE_CAPACITY = ([\d_]+);/.exec(readFileSync(join(root, 'src/safety/error-extension.ts'), 'utf8')) ?? [];
    expect(Number(capacity.replaceAll('_', ''))).toBeGreaterThanOrEqual(layout.numbers['MORTISE_MIN_MESSAGE'] as number);
  });

  it('ids and names', () => {
    expect(without(layout.strings, STRINGS_ELSEWHERE)).toEqual({
      MORTISE_HEADER_VERSION: abi.HEADER_VERSION,
      MORTISE_EXT_ERROR: abi.ERROR_EXTENSION,
      MORTISE_EXT_RESOURCES: abi.RESOURCES_EXTENSION,
      MORTISE_EXT_SERVICES: abi.SERVICES_EXTENSION,
    });
    const header = readFileSync(join(root, 'native-abi/include/mortise/plugin.h'), 'utf8');
    const extension = readFileSync(join(root, 'native-abi/include/mortise/extension.h'), 'utf8');
    expect(header).toContain(` ${abi.ENTRY_POINT}(void);`);
    expect(extension).toContain(` ${abi.EXTENSION_POINT}(const char*`);
  });
});

/** C type → what koffi is told. Pointers that JavaScript passes are addresses, buffers or strings; the header does not tell which. */
const POINTERS = ['void*', 'uintptr_t', 'const char*'];

describe('src/ffi binds the functions of mortise_host.h', () => {
  const header = readFileSync(join(root, 'native-abi/host/mortise_host.h'), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  const declared = [...header.matchAll(/MORTISE_EXPORT\s+([\w\s*]+?)\s*\bmortise_(\w+)\(([^)]*)\)/g)].map(
    ([, result = '', name = '', list = '']) => {
      const parameters =
        list.trim() === 'void'
          ? []
          : list.split(',').map((parameter) =>
              parameter
                .trim()
                .replace(/(\w+)$/, '')
                .trim(),
            );
      return { name, types: [result.trim(), ...parameters] };
    },
  );
  const binding = readFileSync(join(root, 'src/ffi/host-library.ts'), 'utf8');
  const aliases: Readonly<Record<string, string>> = { address: 'uintptr_t', buffer: 'void*' };
  const bound = [...binding.matchAll(/\bbind\(\s*([^)]*?)\s*,?\s*\),/g)].map(([, list = '']) => {
    const [name = '', ...types] = list.split(',').map((word) => word.trim().replaceAll("'", ''));
    return { name, types: types.map((type) => aliases[type] ?? type) };
  });

  it('one to one', () => {
    expect(declared.length).toBeGreaterThan(30);
    expect(bound.map(({ name }) => name).sort()).toEqual(declared.map(({ name }) => name).sort());
  });

  it.each(declared)('$name, with its types', ({ name, types }) => {
    const given = bound.find((other) => other.name === name)?.types ?? [];
    const isPointer = (type: string) => type.endsWith('*');
    expect(given).toHaveLength(types.length);
    types.forEach((type, index) => {
      if (isPointer(type)) expect(POINTERS, `parameter ${index}: ${type}`).toContain(given[index]);
      else expect(given[index], `parameter ${index}`).toBe(type);
    });
  });
});
