/* A store as JavaScript sees it: a table, the notes of the last run, and the context through which plugins reach both. */
#include "store.h"

#include <string.h>

#include "allocation.h"
#include "bytes.h"
#include "session.h"
#include "value.h"

MortiseStore* mortise_store_open(MortiseSession* session) {
  MortiseStore* store = session->pool;
  if (store != NULL) {
    session->pool = store->next;
    session->pool_count--;
  } else {
    store = allocate_zeroed(sizeof *store);
    if (store == NULL) return NULL;
    store->session = session;
    table_open(&store->table, &session->blocks);
    context_prepare(store);
  }
  store->previous = NULL;
  store->next = session->stores;
  if (store->next != NULL) store->next->previous = store;
  session->stores = store;
  return store;
}

void store_unlink(MortiseStore* store) {
  if (store->previous != NULL) store->previous->next = store->next;
  else store->session->stores = store->next;
  if (store->next != NULL) store->next->previous = store->previous;
  store->next = store->previous = NULL;
}

void store_free(MortiseStore* store) {
  table_close(&store->table);
  release(store->notes);
  release(store);
}

void mortise_store_close(MortiseStore* store) {
  MortiseSession* session = store->session;
  store_unlink(store);
  if (session->pool_count >= STORE_POOL) {
    store_free(store);
    return;
  }
  mortise_store_reset(store);
  store->next = session->pool;
  session->pool = store;
  session->pool_count++;
}

void mortise_store_reset(MortiseStore* store) {
  table_reset(&store->table);
  store->access = ACCESS_NONE;
  store->notes_length = 0;
  if (store->notes_capacity > KEPT_NOTES) {
    release(store->notes);
    store->notes = NULL;
    store->notes_capacity = 0;
  }
  atomic_store_explicit(&store->cancelled, 0, memory_order_relaxed);
}

void mortise_store_cancel(MortiseStore* store) {
  atomic_store_explicit(&store->cancelled, 1, memory_order_relaxed);
}

const MortiseContext* mortise_store_preflight(MortiseStore* store, MortisePlugin* plugin) {
  store->context.mode = MORTISE_LIVE;
  store->context.host = mortise_plugin_host(plugin);
  store->context.stage_id = NULL;
  store->access = ACCESS_READ;
  return &store->context;
}

int32_t mortise_store_write(MortiseStore* store, const uint8_t* entries, size_t length) {
  return entries_apply(&store->table, entries, length, 1);
}

int32_t mortise_store_put(MortiseStore* store, const char* key, size_t key_length, uint32_t tag, const void* data, size_t length) {
  const MortiseValue value = mortise_data(tag, data, length);
  FfiResult result = key_check(key, key_length);
  if (result == MORTISE_OK) result = tag_has_data(tag) ? value_check(&value) : MORTISE_INVALID_DATA;
  if (result != MORTISE_OK) return result;
  table_begin(&store->table, 0, false);
  result = table_set_counted(&store->table, key, key_length, &value);
  table_commit(&store->table);
  return result;
}

/* A change is in the list, and the slot says at which place: if not, JavaScript has written the key since. */
static bool is_change(const Table* table, size_t place) {
  return table->slots[table->changes[place]].change == place + 1;
}

static size_t write_changes(const Table* table, uint8_t* buffer, size_t capacity) {
  Writer writer = {buffer, capacity, 0};
  for (size_t i = 0; i < table->change_count; i++) {
    if (!is_change(table, i)) continue;
    const Slot* slot = &table->slots[table->changes[i]];
    if (slot->present) write_entry(&writer, slot->key, slot->key_length, &slot->value, slot->writer, MORTISE_BY_REFERENCE);
    else write_removed(&writer, slot->key, slot->key_length, slot->writer);
  }
  return writer.length;
}

size_t mortise_store_changes(MortiseStore* store, uint8_t* buffer, size_t capacity) {
  Table* table = &store->table;
  const size_t needed = write_changes(table, NULL, 0);
  if (needed > capacity) return needed;
  write_changes(table, buffer, capacity);
  table_forget_changes(table);
  return needed;
}

size_t mortise_store_notes(MortiseStore* store, uint8_t* buffer, size_t capacity) {
  if (store->notes_length > 0 && store->notes_length <= capacity) memcpy(buffer, store->notes, store->notes_length);
  return store->notes_length;
}

FfiResult store_note(MortiseStore* store, uint32_t kind, int32_t code, const char* text, size_t length) {
  const size_t size = sizeof(MortiseNote) + padded(length);
  if (size > MAX_NOTES - store->notes_length) return MORTISE_TOO_LARGE;
  if (size > store->notes_capacity - store->notes_length) {
    size_t capacity = store->notes_capacity == 0 ? 1024 : store->notes_capacity;
    while (capacity < store->notes_length + size) capacity *= 2;
    uint8_t* grown = reallocate(store->notes, capacity);
    if (grown == NULL) return MORTISE_OUT_OF_MEMORY;
    store->notes = grown;
    store->notes_capacity = capacity;
  }
  const MortiseNote note = {kind, atomic_load_explicit(&store->stage, memory_order_relaxed), code, (uint32_t)length};
  Writer writer = {store->notes + store->notes_length, size, 0};
  write_padded(&writer, &note, sizeof note);
  write_padded(&writer, text, length);
  store->notes_length += size;
  return MORTISE_OK;
}
