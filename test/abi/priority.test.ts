import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPriority, PRIORITY_BANDS, parsePriority } from '../../dist/abi/index.js';
import { refusal } from '../support/errors.js';

describe('a priority as text', () => {
  it.each([
    ['core:80', 'core', 80],
    ['kernel:0', 'kernel', 0],
    ['CORE_CRITICAL:11', 'core_critical', 11],
    ['core-critical:50', 'core_critical', 50],
    ['corecritical:12', 'core_critical', 12],
    ['thirdPartyHigh:101', 'third_party_high', 101],
    ['Third-Party_Low : 255', 'third_party_low', 255],
    ['third_party', 'third_party', 175],
    ['third-party', 'third_party', 175],
    ['kernel', 'kernel', 5],
    ['critical', 'core_critical', 30],
    ['high', 'third_party_high', 125],
    ['default', 'third_party', 175],
    ['normal:160', 'third_party', 160],
    ['low', 'third_party_low', 228],
    ['80', 'core', 80],
    ['0', 'kernel', 0],
    [' 255 ', 'third_party_low', 255],
  ])('[G5] %s is read', (text, category, value) => {
    expect(parsePriority(text)).toEqual({ category, value });
  });

  it.each([
    ['core:101', 'core takes whole numbers from 51 to 100'],
    ['core:', 'core takes whole numbers from 51 to 100'],
    ['core:-1', 'core takes whole numbers from 51 to 100'],
    ['core:8e1', 'core takes whole numbers from 51 to 100'],
    ['256', 'a value is a whole number from 0 to 255'],
    ['80.5', 'a value is a whole number from 0 to 255'],
    ['core:80:1', 'category:value was wanted'],
    ['cores:80', '"cores" is no category; there are kernel, core_critical, core'],
    ['', '"" is no category'],
  ])('[G5] %s is refused, with what was wanted', async (text, reason) => {
    const error = await refusal(() => parsePriority(text));
    expect(error.code).toBe('PriorityInvalid');
    expect(error.detail).toContain(`the priority is ${JSON.stringify(text)}; ${reason}`);
  });

  it('[G5] a misspelt category is answered with the nearest', async () => {
    expect((await refusal(() => parsePriority('kernal:3'))).remedy).toBe('Did you mean kernel?');
    expect((await refusal(() => parsePriority('third_prty'))).remedy).toBe('Did you mean third_party?');
  });

  it('[G5] every priority reads back as it was written', () => {
    const priority = fc
      .constantFrom(...PRIORITY_BANDS)
      .chain(({ category, low, high }) => fc.integer({ min: low, max: high }).map((value) => ({ category, value })));
    fc.assert(
      fc.property(priority, ({ category, value }) => {
        expect(parsePriority(formatPriority({ category, value }))).toEqual({ category, value });
        expect(parsePriority(String(value))).toEqual({ category, value });
      }),
    );
  });

  it('[G5] no text is read as a priority outside its band', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-zA-Z_-]{0,12}:?\d{0,4}$/)), (text) => {
        try {
          const { category, value } = parsePriority(text);
          const band = PRIORITY_BANDS.find((other) => other.category === category);
          expect(value).toBeGreaterThanOrEqual(band?.low ?? Number.NaN);
          expect(value).toBeLessThanOrEqual(band?.high ?? Number.NaN);
        } catch (error) {
          expect(error).toMatchObject({ code: 'PriorityInvalid' });
        }
      }),
    );
  });
});
