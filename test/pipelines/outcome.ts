import type { RunReport, StageContext } from 'mortise';

/** `stage status` of each stage, with the reason where one is given. */
export const outcome = (run: RunReport) =>
  run.stages.map(({ stage, status, reason }) => `${stage} ${status}${reason === undefined ? '' : `: ${reason}`}`);

/** The stages of test/support/plugins/trail.c in TypeScript. */
export const trail = Object.fromEntries(
  ['a', 'b', 'c', 'd'].map((name) => [
    name,
    (context: StageContext) => {
      const before = (context.get('before') as bigint | undefined) ?? 0n;
      if (context.has(`fails.${context.stage}`)) {
        context.set('dropped', 1n);
        throw new Error('was asked to fail');
      }
      context.set(`ran.${context.stage}`, before);
      context.set('before', before + 1n);
    },
  ]),
);
