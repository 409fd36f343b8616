#include "bytes.h"

#include <string.h>

#include "value.h"

void write_padded(Writer* writer, const void* data, size_t length) {
  const size_t size = padded(length);
  if (writer->length <= writer->capacity && size <= writer->capacity - writer->length) {
    if (length > 0) memcpy(writer->buffer + writer->length, data, length);
    if (size > length) memset(writer->buffer + writer->length + length, 0, size - length);
  }
  writer->length += size;
}

void write_entry(Writer* writer, const char* key, size_t key_length, const MortiseValue* value, uint32_t stage, size_t by_reference) {
  MortiseEntry entry = {value->tag, 0, (uint32_t)key_length, stage, value->as.bits, value->length};
  if (tag_has_data(value->tag)) {
    const bool inline_ = value->length <= by_reference;
    entry.flags = inline_ ? MORTISE_ENTRY_INLINE : MORTISE_ENTRY_REFERENCE;
    entry.payload = inline_ ? 0 : (uint64_t)(uintptr_t)value->as.data;
  }
  write_padded(writer, &entry, sizeof entry);
  write_padded(writer, key, key_length);
  if (entry.flags == MORTISE_ENTRY_INLINE) write_padded(writer, value->as.data, (size_t)value->length);
}

void write_removed(Writer* writer, const char* key, size_t key_length, uint32_t stage) {
  const MortiseEntry entry = {MORTISE_NULL, MORTISE_ENTRY_REMOVED, (uint32_t)key_length, stage, 0, 0};
  write_padded(writer, &entry, sizeof entry);
  write_padded(writer, key, key_length);
}

typedef struct EntryView {
  const char* key;
  size_t key_length;
  bool removed;
  MortiseValue value;
} EntryView;

/* The part of `length` bytes at *at, which moves behind its padding; NULL if there are not so many. */
static const uint8_t* take(const uint8_t* bytes, size_t end, size_t* at, uint64_t length) {
  const size_t left = end - *at;
  if (length > left || padded((size_t)length) > left) return NULL;
  const uint8_t* part = bytes + *at;
  *at += padded((size_t)length);
  return part;
}

static FfiResult read_entry(const uint8_t* bytes, size_t end, size_t* at, size_t minimum_key, EntryView* view) {
  MortiseEntry entry;
  const uint8_t* head = take(bytes, end, at, sizeof entry);
  if (head == NULL) return MORTISE_INVALID_DATA;
  memcpy(&entry, head, sizeof entry);

  view->key = (const char*)take(bytes, end, at, entry.key_length);
  view->key_length = entry.key_length;
  if (view->key == NULL || entry.key_length < minimum_key) return MORTISE_INVALID_DATA;
  if (entry.key_length > 0) {
    const FfiResult checked = key_check(view->key, entry.key_length);
    if (checked != MORTISE_OK) return checked;
  }

  view->removed = entry.flags == MORTISE_ENTRY_REMOVED;
  if (view->removed) return MORTISE_OK;
  /* An address is never taken from a buffer: long data comes through mortise_store_put. */
  if (entry.flags != (tag_has_data(entry.tag) ? (uint32_t)MORTISE_ENTRY_INLINE : 0u)) return MORTISE_INVALID_DATA;
  view->value.tag = entry.tag;
  view->value.flags = 0;
  view->value.as.bits = entry.payload;
  view->value.length = entry.length;
  if (tag_has_data(entry.tag)) {
    view->value.as.bits = 0;
    view->value.as.data = take(bytes, end, at, entry.length);
    if (view->value.as.data == NULL) return MORTISE_INVALID_DATA;
  }
  return value_check(&view->value);
}

FfiResult entries_apply(Table* table, const uint8_t* bytes, size_t length, size_t minimum_key) {
  FfiResult result = MORTISE_OK;
  size_t at = 0;
  table_begin(table, 0, false);
  while (at < length && result == MORTISE_OK) {
    EntryView view;
    result = read_entry(bytes, length, &at, minimum_key, &view);
    if (result != MORTISE_OK) break;
    if (view.removed) {
      result = table_remove_counted(table, view.key, view.key_length);
      if (result == MORTISE_NOT_FOUND) result = MORTISE_OK;
    } else {
      result = table_set_counted(table, view.key, view.key_length, &view.value);
    }
  }
  if (result == MORTISE_OK) table_commit(table);
  else table_roll_back(table);
  return result;
}
