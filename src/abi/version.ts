// The expression that semver.org publishes for semantic versions 2.0.0. Importing a library for one test costs more than the rest of the load.
const SEMANTIC_VERSION =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?$/;

export function isVersion(text: string): boolean {
  return text.length <= 256 && SEMANTIC_VERSION.test(text);
}
