import { type ErrorCode, PluginSystemError } from 'mortise';
import { describe, expect, it } from 'vitest';

describe('an error with a code that is none', () => {
  for (const code of ['Forged', '', 'toString', '__proto__', undefined, null, 5n, {}] as unknown as ErrorCode[]) {
    it(`[G17] such as ${String(code)} is internal, and keeps its text`, () => {
      const made = new PluginSystemError(code, 'the text');
      expect(made).toMatchObject({ code: 'Internal', category: 'internal', detail: 'the text' });
      expect(made.remedy).toMatch(/defect of Mortise/);
      const written = new PluginSystemError('InitFailed', 'the text', { remedy: 'do this' });
      Object.assign(written, { code });
      expect(written.category).toBe('internal');
      expect(written.copy()).toMatchObject({ code: 'Internal', detail: 'the text', remedy: 'do this' });
      const received = PluginSystemError.fromJSON(
        JSON.parse(JSON.stringify(written, (_key, value) => (value === 5n ? 5 : value))),
      );
      expect(received).toMatchObject({ code: 'Internal', detail: 'the text' });
    });
  }
});
