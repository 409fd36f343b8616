/** The value of a key; where there is none, one is made and kept: `getOrInsert(groups, name, () => []).push(item)`. */
export function getOrInsert<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
