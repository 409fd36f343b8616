import { expect } from 'vitest';
import { PluginSystemError } from '../../dist/errors/index.js';

/** The typed error that `act` throws. */
export function refusal(act: () => unknown): PluginSystemError {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(PluginSystemError);
    return error as PluginSystemError;
  }
  throw new Error('it was not refused');
}
