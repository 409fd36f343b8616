import { describe, expect, it } from 'vitest';

interface HeaderCase {
  readonly name: string;
  readonly ok: boolean;
  readonly skipped?: string;
  readonly output: string;
}

const script = new URL('../../native-abi/test/check-headers.mjs', import.meta.url).href;
const { checkHeaders } = (await import(script)) as { checkHeaders(): Promise<HeaderCase[]> };
const cases = await checkHeaders();

// Each compiler and target is a case; one that is not on this machine is a skip, with the reason in its title.
describe('[G3] the headers', () => {
  it('were checked with some compiler', () => {
    expect(cases.filter(({ skipped }) => skipped === undefined).length).toBeGreaterThan(5);
  });

  for (const { name, ok, skipped, output } of cases) {
    if (skipped !== undefined) it.skip(`${name} (${skipped})`);
    else it(name, () => expect({ ok, output: ok ? '' : output }).toEqual({ ok: true, output: '' }));
  }
});
