#include "table.h"

#include <stdatomic.h>
#include <string.h>

#include "allocation.h"
#include "value.h"

#define FIRST_SLOTS 32
#define KEPT_SLOTS 4096 /* a table that grew beyond this starts small again after a reset */

#define NO_SLOT UINT32_MAX
#define MAX_SLOTS ((size_t)1 << 30)

/* Keys may come from outside: with a seed of its own per process, nobody can prepare many that meet in one bucket. */
static uint64_t hash_seed(void) {
  static _Atomic uint64_t known;
  uint64_t seed = atomic_load_explicit(&known, memory_order_relaxed);
  if (seed == 0) {
    uint64_t fresh = (clock_monotonic_ns() ^ (uint64_t)(uintptr_t)&known ^ (uint64_t)clock_unix_ms() << 20) | 1;
    seed = atomic_compare_exchange_strong(&known, &seed, fresh) ? fresh : seed;
  }
  return seed;
}

static inline uint64_t load_8(const char* bytes) {
  uint64_t word;
  memcpy(&word, bytes, 8);
  return word;
}

static inline uint64_t load_4(const char* bytes) {
  uint32_t word;
  memcpy(&word, bytes, 4);
  return word;
}

static inline uint64_t mix(uint64_t state, uint64_t word) {
  state = (state ^ word) * UINT64_C(0x9E3779B97F4A7C15);
  return state ^ state >> 32;
}

static uint32_t key_hash(const char* key, size_t length) {
  uint64_t state = hash_seed() ^ (uint64_t)length;
  if (length >= 8) {
    for (size_t at = 0; at + 8 < length; at += 8) state = mix(state, load_8(key + at));
    state = mix(state, load_8(key + length - 8));
  } else if (length >= 4) {
    state = mix(state, load_4(key) << 32 | load_4(key + length - 4));
  } else if (length > 0) {
    state = mix(state, (uint64_t)(unsigned char)key[0] << 16 | (uint64_t)(unsigned char)key[length / 2] << 8 | (unsigned char)key[length - 1]);
  }
  state = mix(state, UINT64_C(0xD6E8FEB86659FD93));
  return (uint32_t)(state >> 16);
}

static inline size_t guess_place(const char* key) {
  return (size_t)(((uint64_t)(uintptr_t)key * UINT64_C(0x9E3779B97F4A7C15)) >> 57);
}
MORTISE_STATIC_ASSERT(TABLE_GUESSES == 1 << (64 - 57), "guess_place gives one of TABLE_GUESSES places");

void table_open(Table* table, BlockCache* cache) {
  memset(table, 0, sizeof *table);
  arena_open(&table->arena, cache);
}

static void forget_arrays(Table* table) {
  release(table->slots);
  release(table->buckets);
  release(table->undo);
  release(table->changes);
  table->slots = NULL;
  table->buckets = NULL;
  table->undo = NULL;
  table->changes = NULL;
  table->slot_capacity = table->bucket_count = table->undo_capacity = table->change_capacity = 0;
}

void table_reset(Table* table) {
  if (table->slot_capacity > KEPT_SLOTS || table->undo_capacity > KEPT_SLOTS || table->change_capacity > KEPT_SLOTS) forget_arrays(table);
  if (table->slot_count > 0 && table->buckets != NULL) memset(table->buckets, 0, table->bucket_count * sizeof *table->buckets);
  table->slot_count = table->undo_count = table->change_count = 0;
  arena_reset(&table->arena);
}

void table_close(Table* table) {
  forget_arrays(table);
  arena_close(&table->arena);
}

static uint32_t look_up(const Table* table, const char* key, size_t length, uint32_t hash) {
  if (table->bucket_count == 0) return NO_SLOT;
  const size_t mask = table->bucket_count - 1;
  for (size_t at = hash & mask; table->buckets[at].slot != 0; at = (at + 1) & mask) {
    if (table->buckets[at].hash != hash) continue;
    const Slot* slot = &table->slots[table->buckets[at].slot - 1];
    if (slot->key_length == length && memcmp(slot->key, key, length) == 0) return table->buckets[at].slot - 1;
  }
  return NO_SLOT;
}

static void enter(Table* table, uint32_t index, uint32_t hash) {
  const size_t mask = table->bucket_count - 1;
  size_t at = hash & mask;
  while (table->buckets[at].slot != 0) at = (at + 1) & mask;
  table->buckets[at].hash = hash;
  table->buckets[at].slot = index + 1;
}

/* Slots are always entered in their order, also here: leaving in the opposite order therefore never breaks a chain of probes. */
static bool grow_buckets(Table* table) {
  const size_t count = table->bucket_count == 0 ? 2 * FIRST_SLOTS : table->bucket_count * 2;
  Bucket* buckets = allocate_zeroed(count * sizeof *buckets);
  if (buckets == NULL) return false;
  release(table->buckets);
  table->buckets = buckets;
  table->bucket_count = count;
  for (size_t i = 0; i < table->slot_count; i++) enter(table, (uint32_t)i, table->slots[i].hash);
  return true;
}

static void leave(Table* table, uint32_t index) {
  const size_t mask = table->bucket_count - 1;
  size_t at = table->slots[index].hash & mask;
  while (table->buckets[at].slot != index + 1) at = (at + 1) & mask;
  table->buckets[at].slot = 0;
}

static inline uint32_t find_index(Table* table, const char* key) {
  uint32_t* guess = &table->guesses[guess_place(key)];
  if (*guess < table->slot_count && strcmp(table->slots[*guess].key, key) == 0) return *guess;
  const size_t length = text_length(key, MORTISE_MAX_KEY);
  const uint32_t index = look_up(table, key, length, key_hash(key, length));
  if (index != NO_SLOT) *guess = index;
  return index;
}

Slot* table_find(Table* table, const char* key) {
  const uint32_t index = find_index(table, key);
  return index != NO_SLOT && table->slots[index].present ? &table->slots[index] : NULL;
}

/* Makes sure that note_change cannot fail. */
static bool reserve_change(Table* table) {
  return array_reserve((void**)&table->changes, &table->change_capacity, table->change_count, sizeof *table->changes, FIRST_SLOTS);
}

static void note_change(Table* table, Slot* slot) {
  if (!table->recording) {
    slot->change = 0;
  } else if (slot->change == 0) {
    table->changes[table->change_count++] = (uint32_t)(slot - table->slots);
    slot->change = (uint32_t)table->change_count;
  }
}

/* Prepares slot for a new value: journals the old one the first time that this stage writes it. */
static bool touch(Table* table, Slot* slot) {
  if (slot->epoch == table->epoch) {
    if (slot->present) arena_retire(&table->arena, slot->value.as.data, (size_t)slot->value.length);
  } else {
    if (!array_reserve((void**)&table->undo, &table->undo_capacity, table->undo_count, sizeof *table->undo, FIRST_SLOTS)) return false;
    if (!reserve_change(table)) return false;
    table->undo[table->undo_count++] =
        (Undo){slot->value, (uint32_t)(slot - table->slots), slot->writer, slot->change, slot->present};
    slot->epoch = table->epoch;
    note_change(table, slot);
  }
  slot->writer = table->writer;
  return true;
}

static Slot* make_slot(Table* table, const char* key, size_t length, uint32_t hash) {
  if (table->slot_count >= MAX_SLOTS || !reserve_change(table)) return NULL;
  if (!array_reserve((void**)&table->slots, &table->slot_capacity, table->slot_count, sizeof *table->slots, FIRST_SLOTS)) return NULL;
  if ((table->slot_count + 1) * 2 > table->bucket_count && !grow_buckets(table)) return NULL;
  const char* interned = arena_copy(&table->arena, key, length);
  if (interned == NULL) return NULL;
  Slot* slot = &table->slots[table->slot_count];
  memset(slot, 0, sizeof *slot);
  slot->key = interned;
  slot->key_length = (uint32_t)length;
  slot->hash = hash;
  slot->epoch = table->epoch;
  slot->writer = table->writer;
  enter(table, (uint32_t)table->slot_count, hash);
  table->slot_count++;
  note_change(table, slot);
  return slot;
}

/* Stores value in the slot at index, or in a new one for the key if index is NO_SLOT. Nothing changes if memory runs out. */
static FfiResult put(Table* table, uint32_t index, const char* key, size_t length, uint32_t hash, const MortiseValue* value) {
  MortiseValue kept = *value;
  if (tag_has_data(kept.tag)) {
    kept.as.bits = 0;
    kept.as.data = arena_copy(&table->arena, value->as.data, (size_t)value->length);
    if (kept.as.data == NULL) return MORTISE_OUT_OF_MEMORY;
  } else if (kept.tag == MORTISE_NULL) {
    kept.as.bits = 0;
  }
  Slot* slot;
  if (index != NO_SLOT) {
    slot = touch(table, &table->slots[index]) ? &table->slots[index] : NULL;
  } else {
    slot = make_slot(table, key, length, hash);
  }
  if (slot == NULL) {
    arena_retire(&table->arena, kept.as.data, (size_t)kept.length);
    return MORTISE_OUT_OF_MEMORY;
  }
  slot->value = kept;
  slot->present = true;
  return MORTISE_OK;
}

FfiResult table_set(Table* table, const char* key, const MortiseValue* value) {
  const uint32_t index = find_index(table, key);
  if (index != NO_SLOT) return put(table, index, NULL, 0, 0, value);
  const size_t length = text_length(key, MORTISE_MAX_KEY);
  const FfiResult checked = key_check(key, length);
  return checked != MORTISE_OK ? checked : put(table, NO_SLOT, key, length, key_hash(key, length), value);
}

FfiResult table_set_counted(Table* table, const char* key, size_t length, const MortiseValue* value) {
  const uint32_t hash = key_hash(key, length);
  return put(table, look_up(table, key, length, hash), key, length, hash, value);
}

static FfiResult take_out(Table* table, uint32_t index) {
  if (index == NO_SLOT || !table->slots[index].present) return MORTISE_NOT_FOUND;
  Slot* slot = &table->slots[index];
  if (!touch(table, slot)) return MORTISE_OUT_OF_MEMORY;
  slot->value = mortise_null();
  slot->present = false;
  return MORTISE_OK;
}

FfiResult table_remove(Table* table, const char* key) {
  return take_out(table, find_index(table, key));
}

FfiResult table_remove_counted(Table* table, const char* key, size_t length) {
  return take_out(table, look_up(table, key, length, key_hash(key, length)));
}

const Slot* table_next(const Table* table, size_t* cursor) {
  while (*cursor < table->slot_count) {
    const Slot* slot = &table->slots[(*cursor)++];
    if (slot->present) return slot;
  }
  return NULL;
}

void table_forget_changes(Table* table) {
  for (size_t i = 0; i < table->change_count; i++) table->slots[table->changes[i]].change = 0;
  table->change_count = 0;
}

void table_begin(Table* table, uint32_t writer, bool recording) {
  table->epoch++;
  table->undo_count = 0;
  table->first_slot = table->slot_count;
  table->first_change = table->change_count;
  table->writer = writer;
  table->recording = recording;
}

void table_commit(Table* table) {
  for (size_t i = 0; i < table->undo_count; i++) {
    arena_retire(&table->arena, table->undo[i].value.as.data, (size_t)table->undo[i].value.length);
  }
  table->undo_count = 0;
}

void table_roll_back(Table* table) {
  while (table->undo_count > 0) {
    const Undo* undo = &table->undo[--table->undo_count];
    Slot* slot = &table->slots[undo->slot];
    arena_retire(&table->arena, slot->value.as.data, (size_t)slot->value.length);
    slot->value = undo->value;
    slot->writer = undo->writer;
    slot->change = undo->change;
    slot->present = undo->present;
    slot->epoch = 0;
  }
  while (table->slot_count > table->first_slot) {
    const Slot* slot = &table->slots[table->slot_count - 1];
    arena_retire(&table->arena, slot->value.as.data, (size_t)slot->value.length);
    leave(table, (uint32_t)(table->slot_count - 1));
    table->slot_count--;
  }
  table->change_count = table->first_change;
}
