import { nearest, PluginSystemError, shown } from '../errors/index.js';

/**
 * Holds what an application wants to be called for to the names that there are. `what`: hook, event.
 * @throws `InvalidOption`, with the nearest name
 */
export function checkSubscription(name: unknown, known: readonly string[], callback: unknown, what: string): void {
  if (!known.includes(name as string)) {
    const near = nearest(name, known);
    throw new PluginSystemError('InvalidOption', `there is no ${what} ${shown(name)}`, {
      remedy: near === undefined ? `There are ${known.join(', ')}.` : `Did you mean ${JSON.stringify(near)}?`,
    });
  }
  if (typeof callback !== 'function')
    throw new PluginSystemError('InvalidOption', `${what} ${shown(name)}: a function was wanted, not a ${typeof callback}`);
}
