import { isVersion, NAME_PATTERN, PRIORITY_BANDS } from '../abi/index.js';
import { ERROR_TABLE, WARNING_TABLE } from '../errors/index.js';

/** Where a value is not what was wanted, as `.stages[2].id`; undefined: it is all that was. */
type Shape = (value: unknown) => string | undefined;

const is =
  (test: (value: unknown) => boolean): Shape =>
  (value) =>
    test(value) ? undefined : '';

const optional =
  (shape: Shape): Shape =>
  (value) =>
    value === undefined ? undefined : shape(value);

const list =
  (shape: Shape): Shape =>
  (value) => {
    if (!Array.isArray(value)) return '';
    for (const [index, item] of value.entries()) {
      const place = shape(item);
      if (place !== undefined) return `[${index}]${place}`;
    }
    return undefined;
  };

/** What it has beside these fields does not count: a plugin made by a later version of this package may say more of itself. */
const object =
  (fields: Readonly<Record<string, Shape>>): Shape =>
  (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return '';
    for (const [name, shape] of Object.entries(fields)) {
      const place = shape(Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined);
      if (place !== undefined) return `.${name}${place}`;
    }
    return undefined;
  };

const text = is((value) => typeof value === 'string');
const flag = is((value) => typeof value === 'boolean');
const count = is((value) => Number.isSafeInteger(value) && (value as number) >= 0);
const textOrNull = is((value) => value === null || typeof value === 'string');
const oneOf = (...values: readonly string[]) => is((value) => values.includes(value as string));
const keyOf = (...tables: readonly object[]) =>
  is((value) => typeof value === 'string' && tables.some((table) => Object.hasOwn(table, value)));

const dependency = object({ name: text, range: optional(text), required: flag });

const metadata = object({
  name: is((value) => typeof value === 'string' && NAME_PATTERN.test(value)),
  version: is((value) => typeof value === 'string' && isVersion(value)),
  description: optional(text),
  isCore: flag,
  priority: object({ category: oneOf(...PRIORITY_BANDS.map(({ category }) => category)), value: count }),
  apiVersions: list(text),
  dependencies: list(dependency),
  requiredStages: list(object({ stage: text, required: flag, provided: flag })),
  conflictsWith: list(text),
  incompatibleWith: list(dependency),
  resources: list(object({ type: text, identifier: text, access: text })),
  rangeSyntax: oneOf('npm', 'cargo'),
});

const ledger = list(object({ what: text, taken: count, given: count }));

const error = object({
  code: keyOf(ERROR_TABLE),
  plugin: textOrNull,
  path: textOrNull,
  phase: textOrNull,
  operation: textOrNull,
  message: text,
  remedy: text,
  ledger: optional(ledger),
  cause: optional(text),
});

const verdict = object({
  metadata: optional(metadata),
  stages: list(object({ id: text, name: optional(text), description: optional(text), quick: flag })),
  warnings: list(object({ code: keyOf(WARNING_TABLE, ERROR_TABLE), message: text })),
  ledger,
  error: optional(error),
});

/** Where a verdict is not one, as `verdict.stages[2].id`; undefined: it has every field, and each is of its kind. */
export function faultOf(value: unknown): string | undefined {
  const place = verdict(value);
  return place === undefined ? undefined : `verdict${place}`;
}
