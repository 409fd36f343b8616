/* MortiseContext: the store as a plugin sees it. No locks here: a store has one thread at a time. */
#include "store.h"

#include "utf8.h"
#include "value.h"
#include "wire.h"

static inline MortiseStore* store_of(const MortiseContext* context) {
  return (MortiseStore*)(uintptr_t)context;
}

static inline FfiResult may_read(const MortiseContext* context, const void* argument) {
  if (context == NULL || argument == NULL) return MORTISE_NULL_POINTER;
  return store_of(context)->access != ACCESS_NONE ? MORTISE_OK : MORTISE_WRONG_STATE;
}

static FfiResult refuse_write(const MortiseStore* store) {
  return store->access == ACCESS_READ ? MORTISE_READ_ONLY : MORTISE_WRONG_STATE;
}

static FfiResult context_get(const MortiseContext* context, const char* key, MortiseValue* value) {
  const FfiResult allowed = may_read(context, key);
  if (allowed != MORTISE_OK) return allowed;
  if (value == NULL) return MORTISE_NULL_POINTER;
  const Slot* slot = table_find(&store_of(context)->table, key);
  if (slot == NULL) return MORTISE_NOT_FOUND;
  *value = slot->value;
  return MORTISE_OK;
}

static FfiResult context_set(const MortiseContext* context, const char* key, const MortiseValue* value) {
  if (context == NULL || key == NULL || value == NULL) return MORTISE_NULL_POINTER;
  MortiseStore* store = store_of(context);
  if (store->access != ACCESS_WRITE) return refuse_write(store);
  const FfiResult checked = value_check(value);
  return checked != MORTISE_OK ? checked : table_set(&store->table, key, value);
}

static FfiResult context_remove(const MortiseContext* context, const char* key) {
  if (context == NULL || key == NULL) return MORTISE_NULL_POINTER;
  MortiseStore* store = store_of(context);
  return store->access != ACCESS_WRITE ? refuse_write(store) : table_remove(&store->table, key);
}

static FfiResult context_next(const MortiseContext* context, size_t* cursor, const char** key, MortiseValue* value) {
  const FfiResult allowed = may_read(context, cursor);
  if (allowed != MORTISE_OK) return allowed;
  if (key == NULL || value == NULL) return MORTISE_NULL_POINTER;
  const Slot* slot = table_next(&store_of(context)->table, cursor);
  if (slot == NULL) return MORTISE_NOT_FOUND;
  *key = slot->key;
  *value = slot->value;
  return MORTISE_OK;
}

static FfiResult context_describe(const MortiseContext* context, const char* text, size_t length) {
  if (context == NULL || text == NULL) return MORTISE_NULL_POINTER;
  MortiseStore* store = store_of(context);
  if (store->access != ACCESS_WRITE || context->mode != MORTISE_DRY_RUN) return MORTISE_WRONG_STATE;
  if (length == SIZE_MAX) length = text_length(text, MORTISE_MAX_STRING);
  if (length > MORTISE_MAX_STRING) return MORTISE_TOO_LARGE;
  if (!utf8_valid(text, length)) return MORTISE_UTF8_ERROR;
  return store_note(store, MORTISE_NOTE_DESCRIBE, MORTISE_OK, text, length);
}

void context_prepare(MortiseStore* store) {
  MortiseContext* context = &store->context;
  context->size = (uint32_t)sizeof *context;
  context->mode = MORTISE_LIVE;
  /* A plugin reads the flag as a plain volatile word, or by a relaxed atomic load. */
  MORTISE_STATIC_ASSERT(sizeof store->cancelled == sizeof(uint32_t), "an atomic uint32_t is one");
  context->cancelled = (const volatile uint32_t*)&store->cancelled;
  context->host = NULL;
  context->stage_id = NULL;
  context->get = context_get;
  context->set = context_set;
  context->remove = context_remove;
  context->next = context_next;
  context->describe = context_describe;
  store->access = ACCESS_NONE;
}
