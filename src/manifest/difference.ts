import { isDeepStrictEqual } from 'node:util';
import { shown } from '../errors/index.js';
import type { ManifestFields } from './read.js';

/** A field in which two manifests differ; what each has there as a message shows it, `nothing` where it has none. */
export interface ManifestDifference {
  readonly field: string;
  readonly wanted: string;
  readonly found: string;
}

/** Where `found` differs from `wanted`, field by field; empty if it does not. The order of fields, and of keys in them, makes no difference. */
export function differences(wanted: ManifestFields, found: ManifestFields): ManifestDifference[] {
  const fields = [...new Set([...Object.keys(wanted), ...Object.keys(found)])];
  return fields
    .filter(
      (field) =>
        Object.hasOwn(wanted, field) !== Object.hasOwn(found, field) || !isDeepStrictEqual(wanted[field], found[field]),
    )
    .map((field) => ({ field, wanted: said(wanted, field), found: said(found, field) }));
}

function said(manifest: ManifestFields, field: string): string {
  return Object.hasOwn(manifest, field) ? shown(manifest[field]) : 'nothing';
}
