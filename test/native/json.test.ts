import fc from 'fast-check';
import { expect, it } from 'vitest';
import { managerWith } from '../support/managers.js';
import { compilePlugin, describeWithFixtures } from '../support/plugins.js';

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** JSON text with one character changed, removed or added. */
const damaged = fc
  .tuple(
    fc.json(),
    fc.nat(),
    fc.constantFrom('', ' ', '"', '\\', ',', ':', '[', ']', '{', '}', '0', '-', '.', 'e', 'n', '\n', 'é'),
    fc.boolean(),
  )
  .map(([text, at, character, replaces]) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + character + text.slice(place + (replaces ? 1 : 0));
  })
  .filter((text) => text.isWellFormed());

describeWithFixtures('JSON of a native stage', () => {
  it('[G15] is taken and refused exactly where JSON.parse takes and refuses it', async () => {
    const manager = await managerWith(compilePlugin('set-json'));
    const check = async (text: string) => {
      const { data, error } = await manager.run(['set-json:run'], { data: { text } });
      expect(error).toBeUndefined();
      expect({ text, refused: data['refused'] }).toEqual({ text, refused: !parses(text) });
      if (data['refused'] === false) expect(data['json']).toEqual(JSON.parse(text));
    };
    for (const text of ['', ' ', '01', '-', '1.', '"\\ud800"', '"\u007f"', '[1,]', '{"a":1,"a":2}', '1 2', '\ufeff1', 'nul'])
      await check(text);
    await fc.assert(fc.asyncProperty(fc.json({ maxDepth: 8 }), check), { numRuns: 300 });
    await fc.assert(fc.asyncProperty(damaged, check), { numRuns: 2000 });
  });

  it('[G15] may nest 1024 levels deep, and no deeper', async () => {
    const manager = await managerWith(compilePlugin('set-json'));
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect((await manager.run(['set-json:run'], { data: { text: nested(1024) } })).data['refused']).toBe(false);
    expect((await manager.run(['set-json:run'], { data: { text: nested(1025) } })).data['refused']).toBe(true);
  });
});
