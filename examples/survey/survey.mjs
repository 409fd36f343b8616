/**
 * Surveys this machine and one file with plugins in four languages under one lifecycle, prints what happened, and writes report.json.
 *
 *     node examples/survey/survey.mjs [--dry-run] [--crc32c SUM] [FILE]
 *
 * With --crc32c the survey fails unless the file has that sum.
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { PluginManager, probe } from 'mortise';
import { printBoot, printFailure, printPlugins, printResults, printStages, printTitle } from './print.mjs';
import { reportPlugin } from './report-plugin.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { values: options, positionals } = parseArgs({
  options: { 'dry-run': { type: 'boolean', default: false }, crc32c: { type: 'string' } },
  allowPositionals: true,
});
const path = resolve(positionals[0] ?? `${root}README.md`);
const report = resolve('report.json');

const manager = await PluginManager.create({
  app: 'mortise-survey',
  apiVersion: '0.1.0',
  directories: [`${root}build/native/plugins`],
  userDirectory: false,
  // Everything that the example leaves behind is below build/, except the report.
  cacheDirectory: `${root}build/survey/cache`,
  configDirectory: `${root}build/survey/config`,
});
manager.register(reportPlugin);

/** The survey, without the stages that nobody provides here. */
function planSurvey() {
  const machine = ['os', 'cpu', 'memory', 'gpu', 'iommu'].map((name) => `environment:${name}`);
  const sums = ['checksum:crc32c', 'checksum:xxh64'];
  const checks = options.crc32c === undefined ? [] : [{ stage: 'verify:crc32c', after: ['checksum:crc32c'] }];
  const wanted = [
    // A chain of native stages is one native call; the file is read beside it, and its two sums are computed at the same time.
    ...machine,
    { stage: 'text:survey', after: [] },
    { stage: 'summary:write', after: ['text:survey'] },
    ...sums.map((stage) => ({ stage, after: ['text:survey'] })),
    ...checks,
    { stage: 'report:write', after: [...machine.slice(-1), 'summary:write', ...sums, ...checks.map(({ stage }) => stage)] },
  ];
  const idOf = (step) => (typeof step === 'string' ? step : step.stage);
  const missing = wanted.map(idOf).filter((id) => !manager.stages.has(id));
  const steps = wanted
    .filter((step) => !missing.includes(idOf(step)))
    .map((step) => (typeof step === 'string' ? step : { ...step, after: step.after.filter((id) => !missing.includes(id)) }));
  return { steps, missing };
}

/** What each library says of its language, and what it handed over and got back, from a second life in a child process. */
async function probeAll(plugins) {
  const reports = await Promise.all(
    plugins.map(({ path: library }) => (library === undefined ? undefined : probe(library, { init: true }))),
  );
  return new Map(plugins.map(({ name }, index) => [name, reports[index]]));
}

printTitle(path, options['dry-run']);
const boot = await manager.start();
try {
  printPlugins(boot, await probeAll(boot.loaded));
  printBoot(boot);
  const { steps, missing } = planSurvey();
  const run = await manager.run(steps, {
    mode: options['dry-run'] ? 'dry_run' : 'live',
    data: { path, 'report.path': report, ...(options.crc32c === undefined ? {} : { 'verify.expected': options.crc32c }) },
  });
  printStages(run, missing);
  if (run.ok && run.mode === 'live') printResults(run.data, report);
  if (!run.ok) printFailure(run.error);
  // A check that was asked for and could not be made is a failure too.
  const unchecked = options.crc32c !== undefined && missing.includes('verify:crc32c');
  process.exitCode = run.ok && boot.failed.length === 0 && !unchecked ? 0 : 1;
} finally {
  await manager.stop();
}
