/** Languages that a plugin can be created in; each has a folder in `templates`, which is laid over `templates/common`. */
export const LANGUAGES = ['c', 'cpp', 'rust', 'ts'] as const;

export type Language = (typeof LANGUAGES)[number];

export function isLanguage(text: string): text is Language {
  return (LANGUAGES as readonly string[]).includes(text);
}
