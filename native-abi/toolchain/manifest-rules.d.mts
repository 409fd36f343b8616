/** The manifest of a plugin: the one place that says its name and version. */
export interface PluginManifest {
  readonly name: string;
  readonly version: string;
  readonly [key: string]: unknown;
}

/** What is wrong with a manifest, as a sentence for its author that begins with the file. */
export declare class ManifestProblem extends Error {}

/** Names of plugins and of services. */
export declare const NAME_PATTERN: RegExp;

/** Whether `text` is a semantic version that can be compared: of 256 characters at most, with numbers that JavaScript holds exactly. */
export declare function isVersion(text: string): boolean;

/**
 * Reads and checks a manifest; `file` is named in problems. `json`: the same as JSON without white space between its parts, else as written.
 * @throws ManifestProblem
 */
export declare function readManifest(
  given: string | Uint8Array,
  file: string,
): { readonly manifest: PluginManifest; readonly json: string };
