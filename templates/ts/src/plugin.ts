import { readFileSync } from 'node:fs';
import { definePlugin, type StageContext } from 'mortise';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
}

// What is said there is not said again here.
const manifest = new URL('../manifest.json', import.meta.url);
const { name, version, description } = JSON.parse(readFileSync(manifest, 'utf8')) as Manifest;

/** What is said to `who`. */
export function hello(who: string): string {
  return `Hello, ${who}`;
}

/** The text that is to be greeted. */
function whoIn(context: StageContext): string {
  const who = context.get('who');
  if (typeof who !== 'string') throw new Error(`\`who\` must be a text, and is ${typeof who}`);
  return who;
}

export default definePlugin({
  name,
  version,
  description,
  stages: [
    {
      id: '@name@:greet',
      name: 'Greet',
      description: 'Greets `who`',
      execute: (context) => context.set('greeting', hello(whoIn(context))),
      dryRun: (context) => context.describe(`greet ${whoIn(context)}`),
    },
  ],
  // What other plugins find with host.services.find('@name@').
  services: [{ name, version, service: { hello } }],
});
