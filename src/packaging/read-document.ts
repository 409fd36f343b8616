import { existsSync, readFileSync, statSync } from 'node:fs';
import { otherThanFile } from '../binary/file-kind.js';
import { PluginSystemError, shown } from '../errors/index.js';
import { ANY, type DocumentFile, documentPath, type PluginDocument } from './document.js';
import { FOLDER } from './library-check.js';

/**
 * The document that a build left in dist/; undefined if there is none. It is a file like others, which anybody may have written: what it lists lies inside the
 * folder of its platform.
 * @throws `PackFailed` if it is not one
 */
export function readDocument(dist: string): PluginDocument | undefined {
  const path = documentPath(dist);
  if (!existsSync(path)) return undefined;
  try {
    const kind = otherThanFile(statSync(path));
    if (kind !== undefined) throw unusable(`this is ${kind}`);
    const document: unknown = JSON.parse(readFileSync(path, 'utf8'));
    requireDocument(document);
    return document;
  } catch (error) {
    throw PluginSystemError.from(error, 'PackFailed', { path, operation: 'pack' });
  }
}

/** The same for those who write a new one: what is none counts for nothing. */
export function formerDocument(dist: string): PluginDocument | undefined {
  try {
    return readDocument(dist);
  } catch {
    return undefined;
  }
}

function requireDocument(document: unknown): asserts document is PluginDocument {
  if (!isObject(document) || document['format'] !== 1)
    throw unusable('this was not written by `mortise build` of this release');
  const { manifest, language, declared, stages, files, entry } = document;
  if (!isObject(manifest) || !isText(manifest['name']) || !isText(manifest['version']))
    throw unlike('manifest', 'one with "name" and "version"', manifest);
  if (!isText(language)) throw unlike('language', 'its name', language);
  if (!isObject(declared)) throw unlike('declared', 'an object', declared);
  if (!Array.isArray(stages) || !stages.every((stage) => isObject(stage) && isText(stage['id'])))
    throw unlike('stages', 'a list of stages', stages);
  if (!Array.isArray(files)) throw unlike('files', 'a list of files', files);
  const isScript = language === 'typescript';
  files.forEach((file: unknown, index) => {
    requireFile(file, `files[${index}]`);
    if ((file.platform === ANY) !== isScript)
      throw unlike(`files[${index}].platform`, `that of a plugin in ${language}`, file.platform);
  });
  const paths = files.map(({ path }: DocumentFile) => path);
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice !== undefined) throw unusable(`it lists ${shown(twice)} twice`);
  if (isScript && !paths.includes(entry as string)) throw unlike('entry', 'one of its files', entry);
}

function requireFile(file: unknown, where: string): asserts file is DocumentFile {
  if (!isObject(file)) throw unlike(where, 'a file', file);
  const { platform, arch, path, size, sha256 } = file;
  if (!isText(platform) || !isText(arch)) throw unlike(where, 'a file of a platform', file);
  const folder = platform === ANY && arch === ANY ? ANY : `${platform}-${arch}`;
  if (folder !== ANY && !FOLDER.test(folder)) throw unlike(`${where}.platform`, 'a platform that Node runs on', platform);
  if (!isText(path) || !isInside(path, folder)) throw unlike(`${where}.path`, `a path inside ${folder}/`, path);
  if (!Number.isSafeInteger(size) || (size as number) < 0) throw unlike(`${where}.size`, 'a number of bytes', size);
  if (!isText(sha256) || !/^[0-9a-f]{64}$/.test(sha256)) throw unlike(`${where}.sha256`, '64 digits', sha256);
}

/** Whether every system takes the path for one that goes down from the folder, and nowhere else. */
function isInside(path: string, folder: string): boolean {
  const [first, ...names] = path.split('/');
  return first === folder && names.length > 0 && names.every(isName);
}

function isName(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  return name !== '' && name !== '.' && name !== '..' && !/[\\:\u0000-\u001f]/.test(name);
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unlike(field: string, wanted: string, found: unknown): PluginSystemError {
  return unusable(`${field} must be ${wanted}, not ${found === undefined ? 'absent' : shown(found)}`);
}

const unusable = (what: string) => new PluginSystemError('PackFailed', what);
