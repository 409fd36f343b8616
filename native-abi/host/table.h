/*
 * Values by key. Keys keep the place in which they were first set; a stage's changes can be taken back as one; changes that have not been
 * told to JavaScript are listed. One thread at a time.
 */
#ifndef MORTISE_TABLE_H
#define MORTISE_TABLE_H

#include "arena.h"

#define TABLE_GUESSES 128

/* One key. Removed ones keep their place, without a value. */
typedef struct Slot {
  MortiseValue value; /* its data is in the arena */
  const char* key;    /* in the arena, NUL-terminated */
  uint64_t epoch;     /* the stage that last wrote it: its earlier value is in the journal already */
  uint32_t hash;
  uint32_t key_length;
  uint32_t writer;
  uint32_t change; /* place in the list of changes, from 1; 0: JavaScript knows this value */
  bool present;
} Slot;

/* What a slot was before the stage in progress wrote it. */
typedef struct Undo {
  MortiseValue value;
  uint32_t slot;
  uint32_t writer;
  uint32_t change;
  bool present;
} Undo;

typedef struct Bucket {
  uint32_t hash;
  uint32_t slot; /* index + 1; 0: empty */
} Bucket;

typedef struct Table {
  Arena arena;
  Slot* slots;
  size_t slot_count;
  size_t slot_capacity;
  Bucket* buckets;
  size_t bucket_count; /* a power of two, at least twice the slots; or 0 */
  Undo* undo;
  size_t undo_count;
  size_t undo_capacity;
  uint32_t* changes;
  size_t change_count;
  size_t change_capacity;
  uint64_t epoch;
  size_t first_slot;   /* of those that the stage in progress made */
  size_t first_change; /* of those that the stage in progress listed */
  uint32_t writer;
  bool recording; /* list what is set as a change */

  /*
   * Slot last found for a key at this address. Plugins pass the same literals again and again, so the address is a guess that spares
   * measuring and hashing the key. A guess is always compared with the key's bytes; a wrong one costs time only.
   */
  uint32_t guesses[TABLE_GUESSES];
} Table;

/* cache: see arena_open. */
void table_open(Table* table, BlockCache* cache);
void table_close(Table* table);
/* Forgets everything; keeps little memory. */
void table_reset(Table* table);

/* Every write happens between begin and commit or roll back. */
void table_begin(Table* table, uint32_t writer, bool recording);
void table_commit(Table* table);
void table_roll_back(Table* table);

/* The slot of a NUL-terminated key that has a value, or NULL. */
Slot* table_find(Table* table, const char* key);

/* Sets key to a copy of value, which was checked. The key is NUL-terminated; it is checked if new. */
FfiResult table_set(Table* table, const char* key, const MortiseValue* value);
/* The same for a key with a length, which was checked. */
FfiResult table_set_counted(Table* table, const char* key, size_t key_length, const MortiseValue* value);

FfiResult table_remove(Table* table, const char* key);
FfiResult table_remove_counted(Table* table, const char* key, size_t key_length);

/* JavaScript has been told. */
void table_forget_changes(Table* table);

/* The first slot with a value at or after *cursor, which moves behind it; NULL at the end. */
const Slot* table_next(const Table* table, size_t* cursor);

#endif
