import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPipelineFiles } from '../../dist/pipelines/pipeline-files.js';
import { PipelineRuns } from '../../dist/pipelines/pipeline-runs.js';
import { StageTable } from '../../dist/pipelines/stage-table.js';
import { refusal } from '../support/errors.js';
import { createManager } from '../support/managers.js';
import { memoryLogger } from '../support/memory-logger.js';
import { temporaryFolder } from '../support/temporary.js';
import { plugin } from '../support/typescript-plugin.js';
import { outcome, trail } from './outcome.js';

/** A folder with these files. */
function folderWith(files: Record<string, string | Uint8Array>): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

const SURVEY = `
description = "surveys a text"
on_failure = "continue"
concurrency = 4

[[stage]]
id = "script:a"
after = []
timeout_ms = 5000

[[stage]]
id = "script:b"

[[stage]]
id = "script:c"
timeout_ms = 60000

[[stage]]
id = "script:d"
after = ["script:a", "script:b"]
`;

describe('pipelines in files', () => {
  it('[G16] are definitions by the name of their file', () => {
    const folder = folderWith({ 'survey.toml': SURVEY, 'b-2.x_y.toml': '[[stage]]\nid = "script:a"', 'notes.txt': 'x' });
    expect(readPipelineFiles(folder)).toEqual({
      pipelines: {
        'b-2.x_y': { steps: ['script:a'] },
        survey: {
          description: 'surveys a text',
          onFailure: 'continue',
          concurrency: 4,
          steps: [
            { stage: 'script:a', after: [], timeoutMs: 5000 },
            'script:b',
            { stage: 'script:c', after: 'previous', timeoutMs: 60000 },
            { stage: 'script:d', after: ['script:a', 'script:b'] },
          ],
        },
      },
      problems: [],
    });
    expect(Object.keys(readPipelineFiles(folder).pipelines)).toEqual(['b-2.x_y', 'survey']);
  });

  it('[G16] are run by name as others are', async () => {
    const { pipelines } = readPipelineFiles(folderWith({ 'survey.toml': SURVEY }));
    const manager = await createManager({ pipelines });
    await manager.load(plugin('script', trail));
    const run = await manager.run('survey', { data: { 'fails.script:b': 1 } });
    expect(run.pipeline).toBe('survey');
    expect(outcome(run)).toEqual([
      'script:a ok',
      'script:b failed',
      'script:c ok',
      'script:d skipped: runs after script:b, which failed',
    ]);
  });

  it('[G16] a folder that is not there holds none', () => {
    expect(readPipelineFiles(join(temporaryFolder(), 'pipelines'))).toEqual({ pipelines: {}, problems: [] });
  });

  it('[G16] a folder that is none is a problem', () => {
    const path = join(folderWith({ pipelines: '' }), 'pipelines');
    expect(readPipelineFiles(path)).toMatchObject({ pipelines: {}, problems: [{ code: 'FileUnreadable', path }] });
  });

  const stage = '[[stage]]\nid = "script:a"\n';
  const broken: Array<[string, string | Uint8Array, RegExp]> = [
    ['bad syntax', `${stage}[[stage]\nid = 1`, /^line 3, column \d+: /],
    ['a key twice', `${stage}id = "script:b"`, /^line 3, column \d+: /],
    [
      'an unknown key',
      `onfailure = "stop"\n${stage}`,
      /^unknown field "onfailure" in the pipeline; did you mean "on_failure"\?$/,
    ],
    ['the field of a definition', 'stages = []', /^unknown field "stages" in the pipeline; did you mean "stage"\?$/],
    [
      'an unknown key of a stage',
      `${stage}timeout = 5`,
      /^unknown field "timeout" in stage 1; there are id, after, timeout_ms$/,
    ],
    [
      'a misspelt key of a stage',
      `${stage}${stage}timeoutms = 5`,
      /^unknown field "timeoutms" in stage 2; did you mean "timeout_ms"\?$/,
    ],
    ['a list for a text', `description = []\n${stage}`, /description is no text/],
    ['another policy', `on_failure = "go on"\n${stage}`, /on_failure is "go on"; "stop" or "continue" was wanted/],
    ['a text for a number', `concurrency = "4"\n${stage}`, /concurrency is no number/],
    ['no stages at once', `concurrency = 0\n${stage}`, /concurrency is 0; a whole number from 1 was wanted/],
    ['no list of stages', 'stage = "script:a"', /stage is no list of tables/],
    ['a stage that is no table', 'stage = ["script:a"]', /stage 1 is no table/],
    ['a stage without id', '[[stage]]\nafter = []', /stage 1 has no id/],
    ['a text to run after', `${stage}after = "script:b"`, /after of stage 1 is no list of stage ids/],
    [
      'an unknown stage to run after',
      `${stage}after = ["script:x"]`,
      /run after "script:x", which is no stage of the pipeline/,
    ],
    ['a date for a time', `${stage}timeout_ms = 2024-01-01`, /timeout_ms of stage 1 is no number/],
    ['no time at all', `${stage}timeout_ms = 0`, /timeoutMs of script:a is 0/],
    ['a stage twice', stage + stage, /stage script:a occurs twice/],
    ['stages that wait for each other', `${stage}after = ["script:a"]`, /wait for each other: script:a → script:a/],
    ['nothing in it', '', /it has no stages/],
    ['another encoding', new Uint8Array([0x23, 0xff, 0xfe]), /it is not UTF-8/],
    ['more than a megabyte', '#'.repeat(1024 * 1024 + 1), /it has 1048577 bytes; at most 1048576 are read/],
  ];

  it.each(broken)('[G16] [G17] %s is a problem of the file alone', (_title, content, message) => {
    const folder = folderWith({ 'broken.toml': content, 'good.toml': stage });
    const { pipelines, problems } = readPipelineFiles(folder);
    expect(pipelines).toEqual({ good: { steps: ['script:a'] } });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ code: 'PipelineInvalid', path: join(folder, 'broken.toml') });
    expect(problems[0]?.detail).toMatch(message);
  });

  it('[G16] a suffix in capitals is a problem: whether it is the same depends on the file system', () => {
    const { pipelines, problems } = readPipelineFiles(folderWith({ 'survey.TOML': stage }));
    expect(pipelines).toEqual({});
    expect(problems.map(({ code, detail }) => [code, detail])).toEqual([
      ['PipelineInvalid', 'the name of the file ends with .TOML; .toml was wanted'],
    ]);
  });

  it('[G16] [G17] who runs the pipeline of a refused file is told why it was refused', async () => {
    const folder = folderWith({ 'survey.toml': 'stages = []' });
    const { pipelines, problems } = readPipelineFiles(folder);
    const settings = { pipelines: {}, configDirectory: folder, cancelGraceMs: 0, drainMs: 0 };
    const runs = new PipelineRuns(settings, new StageTable(), memoryLogger().logger);
    runs.found(pipelines, problems);
    expect(await refusal(runs.run('survey', {}))).toMatchObject({
      code: 'PipelineNotFound',
      detail:
        'there is no pipeline "survey": its file was refused: unknown field "stages" in the pipeline; did you mean "stage"?',
      path: join(folder, 'survey.toml'),
    });
    expect((await refusal(runs.run('other', {}))).detail).toBe('there is no pipeline "other"');
  });

  it('[G16] [G17] a stage that is not there is missed in the name of the file', async () => {
    const configDirectory = temporaryFolder();
    mkdirSync(join(configDirectory, 'pipelines'));
    writeFileSync(join(configDirectory, 'pipelines/survey.toml'), stage);
    const manager = await createManager({ configDirectory });
    await manager.start();
    expect(await refusal(manager.run('survey'))).toMatchObject({
      code: 'StageNotFound',
      detail: 'pipeline "survey": no running plugin provides stage "script:a"',
      path: join(configDirectory, 'pipelines/survey.toml'),
    });
  });

  it('[G16] a name with other characters, a folder, and a link to nowhere are problems', () => {
    const folder = folderWith({ 'Survey Text.toml': stage, '.toml': stage });
    mkdirSync(join(folder, 'folder.toml'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'link.toml'));
    const { pipelines, problems } = readPipelineFiles(folder);
    expect(pipelines).toEqual({});
    expect(problems.map(({ code, path }) => [code, path?.slice(folder.length + 1)])).toEqual([
      ['PipelineInvalid', '.toml'],
      ['PipelineInvalid', 'Survey Text.toml'],
      ['FileUnreadable', 'folder.toml'],
      ['FileUnreadable', 'link.toml'],
    ]);
  });
});
