// The expression that semver.org publishes for semantic versions 2.0.0. Importing a library for one test costs more than the rest of the load.
const SEMANTIC_VERSION =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?$/;

/** Whether `text` is a semantic version that can be compared: of 256 characters at most, with numbers that JavaScript holds exactly. */
export function isVersion(text: string): boolean {
  const match = text.length <= 256 ? SEMANTIC_VERSION.exec(text) : null;
  return match?.slice(1, 4).every((number) => Number.isSafeInteger(Number(number))) ?? false;
}
