/* Reading and writing the records of wire.h. Buffers may be unaligned and come from outside: every length is checked against what is left. */
#ifndef MORTISE_BYTES_H
#define MORTISE_BYTES_H

#include "table.h"
#include "wire.h"

static inline size_t padded(size_t length) {
  return (length + 7) & ~(size_t)7;
}

/* Counts everything, writes only while it fits: a first pass with capacity 0 tells the size. */
typedef struct Writer {
  uint8_t* buffer;
  size_t capacity;
  size_t length;
} Writer;

void write_padded(Writer* writer, const void* data, size_t length);

static inline bool writer_fits(const Writer* writer) {
  return writer->length <= writer->capacity;
}

#define NEVER_BY_REFERENCE SIZE_MAX

/* Data longer than by_reference is written as its address. */
void write_entry(Writer* writer, const char* key, size_t key_length, const MortiseValue* value, uint32_t stage, size_t by_reference);
void write_removed(Writer* writer, const char* key, size_t key_length, uint32_t stage);

/*
 * Sets and removes in table what a sequence of entries says: all of it, or nothing if an error is returned.
 * minimum_key: 1, or 0 where an empty key has a meaning. MORTISE_INVALID_DATA, MORTISE_UTF8_ERROR, MORTISE_TOO_LARGE, MORTISE_OUT_OF_MEMORY.
 */
FfiResult entries_apply(Table* table, const uint8_t* bytes, size_t length, size_t minimum_key);

#endif
