import { describe, expect, it } from 'vitest';
import { projectNames } from '../../dist/scaffold/names.js';
import { refusal } from '../support/errors.js';

describe('the name of a created plugin', () => {
  it.each([
    ['greeter', 'GreeterPlugin'],
    ['my-greeter', 'MyGreeterPlugin'],
    ['my_greeter', 'MyGreeterPlugin'],
    ['crc32c', 'Crc32cPlugin'],
    ['a', 'APlugin'],
    ['a1-b2_c3', 'A1B2C3Plugin'],
    ['greeter-plugin', 'GreeterPlugin'],
    ['plugin', 'PluginPlugin'],
    ['mortise-plugin', 'MortisePluginPlugin'],
    ['mortise-greeter', 'MortiseGreeterPlugin'],
    ['testing', 'TestingPlugin'],
    ['core-tools', 'CoreToolsPlugin'],
    ['x'.repeat(64), `X${'x'.repeat(63)}Plugin`],
  ])('[W27] %s makes the class %s', (name, className) => {
    expect(projectNames(name)).toEqual({ name, className });
  });

  it.each([
    ['', 'the name is empty', 'plugin'],
    ['Greeter', 'in lower case', 'greeter'],
    ['GreeterTool', 'in lower case', 'greeter-tool'],
    ['HTTPServer', 'in lower case', 'httpserver'],
    ['my greeter', '" " is no letter', 'my-greeter'],
    ['my.greeter', '"." is no letter', 'my-greeter'],
    ['@acme/greeter', '"@" is no letter', 'acme-greeter'],
    ['../greeter', '"." is no letter', 'greeter'],
    ['größe', '"ö" is no letter', 'gro-e'],
    ['naïve', '"ï" is no letter', 'naive'],
    ['привет', '"п" is no letter', 'plugin'],
    ['💥', '"💥" is no letter', 'plugin'],
    ['a\u0000b', '"\\u0000" is no letter', 'a-b'],
    ['a\nb', '"\\n" is no letter', 'a-b'],
    ['7zip', 'does not begin with a letter', 'plugin-7zip'],
    ['-greeter', 'does not begin with a letter', 'greeter'],
    ['_greeter', 'does not begin with a letter', 'greeter'],
    ['greeter-', 'on either side', 'greeter'],
    ['my--greeter', 'on either side', 'my-greeter'],
    ['my-_greeter', 'on either side', 'my-greeter'],
    ['x'.repeat(65), 'it has 65 characters, and 64 are the limit', 'x'.repeat(64)],
    ['Test', 'in lower case', 'test-plugin'],
    ['fn', 'keyword of Rust', 'fn-plugin'],
    ['async', 'keyword of Rust', 'async-plugin'],
    ['test', 'crate of Rust itself', 'test-plugin'],
    ['core', 'crate of Rust itself', 'core-plugin'],
    ['std', 'crate of Rust itself', 'std-plugin'],
    ['proc-macro', 'crate of Rust itself', 'proc-macro-plugin'],
    ['all', 'CMake has a target', 'all-plugin'],
    ['install', 'CMake has a target', 'install-plugin'],
    ['package_source', 'CMake has a target', 'package_source-plugin'],
    ['con', 'Windows has a device', 'con-plugin'],
    ['com1', 'Windows has a device', 'com1-plugin'],
    ['lpt9', 'Windows has a device', 'lpt9-plugin'],
    ['node_modules', 'npm takes no package', 'node_modules-plugin'],
    ['mortise', 'a package cannot need itself', 'mortise-plugin'],
    ['typescript', 'a package cannot need itself', 'typescript-plugin'],
    ['crypto', 'a module of Node', 'crypto-plugin'],
  ])('[W27] %j is refused with the reason, and a name that works', async (name, reason, suggestion) => {
    const error = await refusal(() => projectNames(name));
    expect(error).toMatchObject({ code: 'NameUnusable', category: 'usage', operation: 'create' });
    expect(error.detail).toContain(reason);
    expect(error.remedy).toBe(`Name it ${suggestion}, for example.`);
    expect(projectNames(suggestion).name).toBe(suggestion);
  });

  it('[W27] that is suggested works, whatever was given', async () => {
    const characters = ['a', 'B', '1', '-', '_', '.', ' ', 'é', 'ß', '\u0301', '/', '💥'];
    const strange = Array.from({ length: 2000 }, (_, seed) =>
      Array.from({ length: seed % 7 }, (_, place) => characters[(seed * 31 + place * 17 + ((seed * place) % 11)) % 12]).join(
        '',
      ),
    );
    const long = ['test', 'a-', 'Ab', '9'].map((part) => part.repeat(100));
    for (const name of [...strange, ...long]) {
      const suggestion = await Promise.resolve()
        .then(() => projectNames(name).name)
        .catch(({ remedy }) => /^Name it (.*), for example\.$/.exec(remedy)?.[1] ?? '');
      expect(() => projectNames(suggestion), JSON.stringify(name)).not.toThrow();
    }
  });
});
