import { definePlugin, type PluginDefinition, PluginManager } from 'mortise';
import { describe, expect, it } from 'vitest';
import { refusal } from '../support/errors.js';

/** A definition of a plugin `tool` with one field that no type would let through. */
const tool = (more: object) => definePlugin({ name: 'tool', version: '1.0.0', ...more } as PluginDefinition);

const stage = { id: 'tool:run', execute() {} };

describe('definePlugin', () => {
  it.each([
    [{ dependencies: [{ name: 'lib', version: '^9' }] }, 'InvalidOption', 'dependencies[0] has no option "version"'],
    [{ dependencies: [{ name: 'lib', reqired: false }] }, 'InvalidOption', 'has no option "reqired"'],
    [
      { dependencies: [{ name: 'lib', required: 'false' }] },
      'InvalidOption',
      'required of dependencies[0] is "false"; true or',
    ],
    [{ dependencies: ['lib'] }, 'InvalidOption', 'dependencies[0] is "lib"; an object was wanted'],
    [{ dependencies: [{}] }, 'NameInvalid', 'dependencies[0] names no plugin'],
    [{ dependencies: [{ name: '7up' }] }, 'NameInvalid', 'dependencies[0] names the plugin "7up"'],
    [{ dependencies: { lib: '^1' } }, 'InvalidOption', 'dependencies is {"lib": "^1"}; a list was wanted'],
    [{ dependencies: [{ name: 'lib', range: 'newest' }] }, 'RangeInvalid', 'the range of dependencies[0] is "newest"'],
    [{ incompatibleWith: [{ name: 'lib', range: 1 }] }, 'RangeInvalid', 'the range of incompatibleWith[0] is 1'],
    [{ apiVersions: '1' }, 'InvalidOption', 'apiVersions is "1"; a list was wanted'],
    [{ apiVersions: ['one'] }, 'RangeInvalid', 'apiVersions[0] is "one"'],
    [{ conflictsWith: 'xy' }, 'InvalidOption', 'conflictsWith is "xy"; a list was wanted'],
    [{ conflictsWith: [{ name: 'xy' }] }, 'NameInvalid', 'conflictsWith[0] names the plugin {"name": "xy"}'],
    [{ requiredStages: ['a:b'] }, 'InvalidOption', 'requiredStages[0] is "a:b"; an object was wanted'],
    [{ requiredStages: [{ id: 'a:b' }] }, 'InvalidOption', 'requiredStages[0] has no option "id"'],
    [{ requiredStages: [{ stage: 'ab' }] }, 'StageInvalid', 'requiredStages[0]: "ab" is no stage id'],
    [{ requiredStages: [{ stage: 'a:b', provided: 1 }] }, 'InvalidOption', 'provided of requiredStages[0] is 1'],
    [
      { resources: [{ type: 'port', identifier: 80, access: 'shared_read' }] },
      'InvalidOption',
      'the identifier of resources[0]',
    ],
    [{ resources: [{ type: 'port', id: '80', access: 'shared_read' }] }, 'InvalidOption', 'resources[0] has no option "id"'],
    [{ resources: [{ type: 'port', identifier: '80', access: 'write' }] }, 'InvalidOption', 'the access is "write"'],
    [{ stages: stage }, 'InvalidOption', 'stages is {"id": "tool:run"'],
    [{ stages: ['tool:run'] }, 'StageInvalid', 'stages[0] is "tool:run"; an object with id and execute was wanted'],
    [{ stages: [{ ...stage, dry_run() {} }] }, 'InvalidOption', 'stage tool:run has no option "dry_run"'],
    [{ stages: [{ ...stage, description: 7 }] }, 'StageInvalid', 'description is 7; a text was wanted'],
    [{ services: [{ name: 'clock', version: '1', service: {} }] }, 'ServiceInvalid', 'the version of service clock is "1"'],
    [{ services: [{ name: 'clock', version: '1.0.0' }] }, 'ServiceInvalid', 'service clock is undefined'],
    [{ services: [{ name: 'clock', vesion: '1.0.0', service: {} }] }, 'InvalidOption', 'services[0] has no option "vesion"'],
    [{ services: { clock: {} } }, 'ServiceInvalid', 'services is {"clock": {}}; a list of services was wanted'],
    [{ priority: { category: 'core', vlaue: 80 } }, 'InvalidOption', 'priority has no option "vlaue"'],
    [{ priority: 80 }, 'PriorityInvalid', 'the priority is 80; a text or'],
    [{ isCore: 'false' }, 'InvalidOption', 'isCore is "false"; true or false was wanted'],
    [{ description: 1 }, 'InvalidOption', 'description is 1; a text was wanted'],
    [{ init: true }, 'InvalidOption', 'init is true; a function was wanted'],
  ])('[G17] refuses %j, and says which part of it', async (definition, code, detail) => {
    expect(await refusal(() => tool(definition))).toMatchObject({
      code,
      plugin: 'tool',
      detail: expect.stringContaining(detail),
    });
  });

  it('[G17] says what was meant', async () => {
    expect((await refusal(() => tool({ dependencies: [{ name: 'lib', ragne: '^1' }] }))).remedy).toBe('Did you mean "range"?');
    expect((await refusal(() => tool({ dependencies: ['lib'] }))).remedy).toBe('Write { name: "lib" }.');
    expect((await refusal(() => tool({ requiredStages: ['a:b'] }))).remedy).toBe('Write { stage: "a:b" }.');
    expect((await refusal(() => tool({ stages: [{ ...stage, dry_run() {} }] }))).remedy).toBe('Did you mean "dryRun"?');
  });

  it('[G17] fills in what is not said, and nobody can change it afterwards', () => {
    const requiredStages = [{ stage: 'a:b' }];
    const { metadata } = tool({ dependencies: [{ name: 'lib' }], requiredStages, conflictsWith: ['x'], apiVersions: ['^1'] });
    requiredStages.push({ stage: 'c:d' });
    expect(metadata).toMatchObject({
      isCore: false,
      priority: { category: 'third_party', value: 175 },
      dependencies: [{ name: 'lib', range: undefined, required: true }],
      requiredStages: [{ stage: 'a:b', required: true, provided: false }],
    });
    const loose = (value: unknown): boolean =>
      typeof value === 'object' && value !== null && (!Object.isFrozen(value) || Object.values(value).some(loose));
    expect(loose(metadata)).toBe(false);
  });

  it('[G17] takes what the metadata of a plugin says for another', () => {
    const { metadata } = tool({
      dependencies: [{ name: 'lib', required: false }],
      incompatibleWith: [{ name: 'old' }],
      requiredStages: [{ stage: 'a:b' }],
      resources: [{ type: 'port', identifier: '80', access: 'provides_unique' }],
    });
    const { rangeSyntax: _, ...rest } = metadata;
    expect(definePlugin({ ...rest, name: 'copy' }).metadata).toEqual({ ...metadata, name: 'copy' });
  });

  it('[G14] lets the object of a class be a stage, with fields of its own', async () => {
    class Counting {
      readonly id = 'tool:count';
      calls = 0;
      execute() {
        this.calls++;
      }
    }
    const counting = new Counting();
    const manager = await PluginManager.create({ app: 'acme', apiVersion: '0.1.0', userDirectory: false });
    manager.register(tool({ stages: [counting] }));
    await manager.start();
    await manager.run(['tool:count']);
    await manager.stop();
    expect(counting.calls).toBe(1);
  });
});
