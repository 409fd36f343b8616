import { writeFile } from 'node:fs/promises';
import { definePlugin } from 'mortise';

/** The part of the survey that needs no compiler: collects what the other stages found, and writes it to `report.path` as JSON. */
export const reportPlugin = definePlugin({
  name: 'report',
  version: '1.0.0',
  description: 'Writes what a survey found to a file.',
  stages: [
    {
      id: 'report:write',
      description: 'writes the report to the file that `report.path` names',
      async execute(context) {
        const found = context.keys().filter((key) => key !== 'content' && key !== 'report.path');
        const report = Object.fromEntries(found.map((key) => [key, context.get(key)]));
        // JSON has no BigInt: the counts of the survey are far from where a number is no longer exact.
        const text = JSON.stringify(report, (_key, value) => (typeof value === 'bigint' ? Number(value) : value), 2);
        await writeFile(context.get('report.path'), `${text}\n`, { signal: context.signal });
        context.log.info({ keys: found.length }, 'report written');
      },
      dryRun(context) {
        context.describe(`would write ${context.get('report.path')}`);
      },
    },
  ],
});
