import { LAYOUT, RESOURCE_ACCESS, RESOURCES_EXTENSION } from '../abi/index.js';
import { PluginSystemError } from '../errors/index.js';
import type { Pointer } from '../ffi/index.js';
import type { ResourceUse } from '../plugin/index.js';
import { describeAll } from './described-items.js';
import { type ExtensionHost, findExtension } from './extension.js';

const { size, offsets } = LAYOUT.MortiseResourcesExtension;
const SHAPE = {
  id: RESOURCES_EXTENSION,
  size,
  functions: { count: offsets.count, describe: offsets.describe },
} as const;

/**
 * What the plugin uses outside itself, by its `mortise.resources/1`; nothing if it offers none. The strings are static: copied, and not given back.
 * @throws those of `findExtension` and `describeAll`; `ValueInvalid` (access), `PointerNull`, `PointerInvalid`, `StringInvalid`
 */
export function readResources(host: ExtensionHost, instance: Pointer): readonly ResourceUse[] {
  try {
    const functions = findExtension(host, SHAPE);
    if (functions === undefined) return Object.freeze([]);
    const itemSize = LAYOUT.MortiseResource.size;
    return describeAll(host, instance, { id: SHAPE.id, noun: 'resource', itemSize, functions }, (item, what) =>
      readResource(host, item, what),
    );
  } catch (error) {
    throw PluginSystemError.from(error, 'Internal', { operation: SHAPE.id });
  }
}

function readResource({ memory }: ExtensionHost, item: Buffer, what: string): ResourceUse {
  const at = LAYOUT.MortiseResource.offsets;
  const number = item.readUInt32LE(at.access);
  const access = RESOURCE_ACCESS[number];
  if (access === undefined) {
    throw new PluginSystemError('ValueInvalid', `the access of ${what} is ${number}; 0 to ${RESOURCE_ACCESS.length - 1} exist`);
  }
  return Object.freeze({
    type: memory.readString(item.readBigUInt64LE(at.type) as Pointer, `the type of ${what}`),
    identifier: memory.readString(item.readBigUInt64LE(at.identifier) as Pointer, `the identifier of ${what}`),
    access,
  });
}
