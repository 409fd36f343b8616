import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkedProgram, compiler } from './checked-program.js';

describe.skipIf(compiler === undefined)('the JSON reader of the plugins in C and C++', () => {
  const program = compiler === undefined ? () => '' : checkedProgram('json-reader.c', ['json/reader.c']);

  /** What the reader makes of each text: its value, or undefined where it refuses it. */
  function read(texts: ReadonlyArray<string | Buffer>): unknown[] {
    const frames = texts.flatMap((text) => {
      const head = Buffer.alloc(4);
      head.writeUInt32LE(Buffer.byteLength(text));
      return [head, Buffer.from(text)];
    });
    const lines = program(Buffer.concat(frames)).split('\n').slice(0, -1);
    expect(lines.length).toBe(texts.length);
    return lines.map((line) => (line === 'invalid' ? undefined : JSON.parse(line)));
  }

  const parse = (text: string) => {
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  };

  it('[G22] reads what JSON.stringify writes', () => {
    const texts = fc.sample(fc.jsonValue({ maxDepth: 6 }), 500).map((value) => JSON.stringify(value, null, 1));
    expect(read(texts)).toEqual(texts.map(parse));
  });

  it('[G22] agrees with JSON.parse on which texts are JSON, whatever was changed in them', () => {
    const changed = fc.tuple(
      fc.json(),
      fc.nat(),
      fc.constantFrom('', ...'{}[]",:0129eE+-.\\u tfn\n\t\0\u001f/xéD8'),
      fc.nat(2),
    );
    const texts = fc.sample(changed, 5000).map(([text, at, inserted, removed]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + inserted + text.slice(place + removed);
    });
    const found = read(texts).map((value) => value !== undefined);
    const wrong = texts.filter((text, index) => found[index] !== (parse(text) !== undefined) && depth(text) <= 64);
    expect(wrong).toEqual([]);
  });

  it('[G22] reads nothing beyond a text that ends anywhere, and bytes that are no text at all', () => {
    const whole = Buffer.from(String.raw`{"a":[1.5e+3,-0,"\ud83d\ude00\u0000\n",true,false,null],"é":{}}`);
    read(Array.from({ length: whole.length }, (_, end) => whole.subarray(0, end))).forEach((value) => {
      expect(value).toBeUndefined();
    });
    const rubbish = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes));
    // What is read of them does not matter; the sanitizer watches how. Of strings, only UTF-8 can be printed as JSON.
    program(Buffer.concat(fc.sample(rubbish, 5000).flatMap((bytes) => [Buffer.from([bytes.length, 0, 0, 0]), bytes])));
  });

  it('[G22] decodes escapes, and tells lone surrogates', () => {
    const escapes = String.raw`"\"\\\/\b\f\n\r\t\u0041\u00e9\u20ac\uD83D\uDE00"`;
    const lone = [
      String.raw`"\ud83d"`,
      String.raw`"\ude00"`,
      String.raw`"\ud83d\u0041"`,
      String.raw`"\ud83dx"`,
      String.raw`"\ud83d\n"`,
    ];
    expect(read([escapes, ...lone])).toEqual([parse(escapes), ...lone.map(() => 'lone surrogate')]);
  });

  it('[G22] reads numbers as JavaScript does, and tells those that no double holds', () => {
    const texts = ['9007199254740993', '4611686018427388000', '-9223372036854775808', '9223372036854775807', '-0', '5e-324'];
    expect(read(texts)).toEqual(texts.map(parse));
    expect(read(['1e999', `1${'0'.repeat(127)}`])).toEqual(['too large', 'too large']);
  });

  it('[G22] takes 64 levels of nesting and refuses 65, however many there are', () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    const objects = (levels: number) => `${'{"a":'.repeat(levels)}0${'}'.repeat(levels)}`;
    expect(read([nested(64), objects(64)])).toEqual([parse(nested(64)), parse(objects(64))]);
    expect(read([nested(65), objects(65), '['.repeat(1_000_000), nested(500_000)])).toEqual(Array(4).fill(undefined));
  });
});

/** How deep brackets are nested at most; those in strings counted too. */
function depth(text: string): number {
  let level = 0;
  let most = 0;
  for (const character of text) {
    if (character === '[' || character === '{') most = Math.max(most, ++level);
    else if (character === ']' || character === '}') level--;
  }
  return most;
}
