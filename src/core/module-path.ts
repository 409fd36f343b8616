/** Whether a path is, by its name, that of a module in JavaScript or TypeScript, and not of a library. */
export function isModulePath(path: string): boolean {
  return /\.[cm]?[jt]sx?$/i.test(path);
}
