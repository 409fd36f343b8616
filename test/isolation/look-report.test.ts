import { describe, expect, it } from 'vitest';
import { wantedSteps } from '../../dist/isolation/first-look-protocol.js';
import { LookReport } from '../../dist/isolation/look-report.js';

const NONCE = 'f00d';

const metadata = {
  name: 'a',
  version: '1.0.0',
  isCore: false,
  priority: { category: 'third_party', value: 175 },
  apiVersions: [],
  dependencies: [{ name: 'b', required: true }],
  requiredStages: [],
  conflictsWith: [],
  incompatibleWith: [],
  resources: [],
  rangeSyntax: 'npm',
};
const error = {
  code: 'InitFailed',
  plugin: null,
  path: null,
  phase: 'init',
  operation: null,
  message: 'no',
  remedy: 'Try it again.',
};
const good = { metadata, stages: [{ id: 'a:b', quick: false }], warnings: [], ledger: [] };

const STEPS = ['check', 'import', 'metadata', 'register_stages', 'destroy', 'exit'];
const named = (step: string) => ({ step, at: 1, ...(STEPS.indexOf(step) > 2 ? { plugin: 'a' } : {}) });
const steps = (...left: string[]) => STEPS.filter((step) => !left.includes(step)).map(named);

function reportOf(lines: readonly object[], nonce = NONCE): LookReport {
  const report = new LookReport(NONCE, wantedSteps(['import'], false), () => {});
  for (const line of lines) report.add(`\n${nonce} ${JSON.stringify(line)}\n`);
  return report;
}

describe('what a look reported', () => {
  it('[G12] is believed where all its steps came in order, and then a whole verdict', () => {
    const report = reportOf([...steps(), { verdict: good }]);
    expect(report.doubt).toBeUndefined();
    expect(report.verdict).toEqual(good);
    expect(report.steps.map(({ step }) => step)).toEqual(STEPS);
  });

  it('[G12] is believed where it failed, with the steps that were left out for it', () => {
    const verdict = { stages: [], warnings: [], ledger: [], error };
    const failed = [named('check'), named('import'), { step: 'exit', at: 2 }];
    expect(reportOf([...failed, { verdict }])).toMatchObject({ doubt: undefined, verdict });
  });

  it('[G12] is read in pieces of any length', () => {
    const text = [...steps(), { verdict: good }].map((line) => `\n${NONCE} ${JSON.stringify(line)}\n`).join('');
    const report = new LookReport(NONCE, wantedSteps(['import'], false), () => {});
    for (const character of text) report.add(character);
    expect(report.verdict).toEqual(good);
  });

  it('[G12] is nothing without the nonce', () => {
    for (const nonce of ['', 'beef', NONCE.slice(1)]) {
      expect(reportOf([...steps(), { verdict: good }], nonce)).toMatchObject({
        steps: [],
        doubt: undefined,
        verdict: undefined,
      });
    }
  });

  it.each<[string, readonly object[], string]>([
    ['has a verdict before its steps', [{ verdict: good }], 'the verdict came before the step "exit"'],
    ['has a verdict amid its steps', [...steps('destroy', 'exit'), { verdict: good }], 'the verdict came before'],
    ['is good without a step', [...steps('register_stages'), { verdict: good }], 'the step "register_stages" was left out'],
    ['has two verdicts', [...steps(), { verdict: good }, { verdict: good }], 'there were two verdicts'],
    ['goes on after its verdict', [...steps(), { verdict: good }, named('exit')], '"exit" was announced after the verdict'],
    ['repeats a step', [...steps(), named('import')], '"import" was announced after "exit"'],
    ['has a step of another kind of plugin', [named('check'), named('entry')], '"entry" was announced after "check"'],
    ['has a step that was not asked for', [...steps('destroy', 'exit'), named('init')], '"init" was announced after'],
    ['begins late', [named('metadata'), named('check')], '"check" was announced after "metadata"'],
    [
      'is good without metadata',
      [...STEPS.map((step) => ({ step, at: 1 })), { verdict: { ...good, metadata: undefined } }],
      'no metadata',
    ],
    ['is on another plugin', [...steps(), { verdict: { ...good, metadata: { ...metadata, name: 'b' } } }], 'another plugin'],
  ])('[G12] is not believed where it %s', (_what, lines, doubt) => {
    const report = reportOf(lines);
    expect(report.doubt).toContain(doubt);
    expect(report.verdict).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['verdict', null],
    ['verdict', []],
    ['verdict.metadata', { ...good, metadata: 5 }],
    ['verdict.metadata.version', { ...good, metadata: { ...metadata, version: 'one' } }],
    ['verdict.metadata.priority.category', { ...good, metadata: { ...metadata, priority: { category: 'best', value: 1 } } }],
    ['verdict.metadata.dependencies[0].required', { ...good, metadata: { ...metadata, dependencies: [{ name: 'b' }] } }],
    ['verdict.metadata.resources', { ...good, metadata: { ...metadata, resources: undefined } }],
    ['verdict.stages', { ...good, stages: undefined }],
    ['verdict.stages[0].id', { ...good, stages: [{ quick: true }] }],
    ['verdict.warnings[0].code', { ...good, warnings: [{ code: 'Nice', message: '' }] }],
    ['verdict.ledger[0].given', { ...good, ledger: [{ what: 'name', taken: 1, given: -1 }] }],
    ['verdict.error.code', { ...good, error: { ...error, code: 'toString' } }],
    ['verdict.error.remedy', { ...good, error: { ...error, remedy: undefined } }],
  ])('[G12] is not believed where it lacks what belongs there: %s', (place, verdict) => {
    const { doubt } = reportOf([...steps(), { verdict }]);
    expect(doubt).toBe(`${place} is missing or of the wrong kind`);
  });
});
