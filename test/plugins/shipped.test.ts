import { existsSync } from 'node:fs';
import { probe } from 'mortise';
import { describe, expect, it } from 'vitest';
import { shipped } from '../support/plugins.js';

const provides = (stage: string) => ({ stage, required: false, provided: true });
const needs = (stage: string) => ({ stage, required: true, provided: false });

/** What plugins that use each other say of it. */
const DECLARED = [
  {
    name: 'logging',
    language: 'c',
    dependencies: [],
    requiredStages: [provides('logging:note')],
    stages: ['logging:note'],
  },
  {
    name: 'compat-check',
    language: 'c',
    dependencies: [],
    requiredStages: [provides('compat-check:report')],
    stages: ['compat-check:report'],
  },
  {
    name: 'summary',
    language: 'cpp',
    dependencies: [
      { name: 'text', range: '^1.0.0', required: true },
      { name: 'logging', range: '^1.0.0', required: false },
    ],
    requiredStages: [needs('text:survey'), provides('summary:write')],
    stages: ['summary:write'],
  },
  {
    name: 'verify',
    language: 'rust',
    dependencies: [{ name: 'checksum', range: '^1.0.0', required: true }],
    requiredStages: [needs('checksum:crc32c'), provides('verify:crc32c')],
    stages: ['verify:crc32c'],
  },
];

describe.each(DECLARED)('$name', ({ name, language, dependencies, requiredStages, stages }) => {
  it.skipIf(!existsSync(shipped(name)))(
    '[G22] declares what it needs and what it provides, in full view of a probe',
    async () => {
      const report = await probe(shipped(name));
      expect(report.error).toBeUndefined();
      expect(report).toMatchObject({
        ok: true,
        metadata: { name, version: '1.0.0', dependencies, requiredStages },
        record: { language, threads: 'safe', manifest: { name, version: '1.0.0', license: 'MIT' } },
        warnings: [],
        difference: [],
      });
      expect(report.stages.map(({ id }) => id)).toEqual(stages);
    },
  );
});
