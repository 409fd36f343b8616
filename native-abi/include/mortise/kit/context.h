/* The context of a stage or a preflight check, typed. */
#ifndef MORTISE_KIT_CONTEXT_H
#define MORTISE_KIT_CONTEXT_H

#include "../context.h"
#include "read.h"

static inline MortiseOrigin mortise_kit_key(const char* key) {
  MortiseOrigin origin;
  origin.kind = "the context value";
  origin.name = key;
  origin.argument = 0;
  return origin;
}

/* MORTISE_OK and null where the context has no such key. The value lives until the outermost call into the plugin returns. */
static inline FfiResult mortise_find(const MortiseContext* context, const char* key, MortiseValue* value, MortiseError* error) {
  FfiResult code;
  *value = mortise_null();
  code = context->get(context, key, value);
  if (code == MORTISE_OK || code == MORTISE_NOT_FOUND) return MORTISE_OK;
  return mortise_kit_refused(error, code, NULL, "give the context value `%s`", key);
}

/* wanted: what it must be, as a noun; NULL: anything. */
static inline FfiResult mortise_kit_get(const MortiseContext* context, const char* key, const char* wanted, MortiseValue* value, MortiseError* error) {
  FfiResult code;
  *value = mortise_null();
  code = context->get(context, key, value);
  if (code == MORTISE_OK) return code;
  if (code != MORTISE_NOT_FOUND) return mortise_kit_refused(error, code, NULL, "give the context value `%s`", key);
  if (wanted == NULL) return mortise_failf(error, code, "the context has no `%s`", key);
  return mortise_failf(error, code, "the context has no `%s`, which must be %s", key, wanted);
}

/* As mortise_find, but MORTISE_NOT_FOUND (and null) where the context has no such key. */
static inline FfiResult mortise_get(const MortiseContext* context, const char* key, MortiseValue* value, MortiseError* error) {
  return mortise_kit_get(context, key, NULL, value, error);
}

/*
 * mortise_get_TYPE(context, key, &out, error): MORTISE_NOT_FOUND (the context has no such key), MORTISE_WRONG_TYPE (it has another type; what is
 * taken as int64 or double: kit/read.h). After a failure *out is false, 0 or empty. A view lives until the outermost call into the plugin returns;
 * text in it ends in NUL.
 */
#define MORTISE_KIT_GET(name, type, tag)                                                                                                 \
  static inline FfiResult mortise_get_##name(const MortiseContext* context, const char* key, type* out, MortiseError* error) {          \
    MortiseValue value;                                                                                                                  \
    FfiResult code = mortise_kit_get(context, key, mortise_noun(tag), &value, error);                                                    \
    if (code == MORTISE_OK) return mortise_read_##name(&value, mortise_kit_key(key), out, error);                                        \
    (void)mortise_read_##name(&value, mortise_kit_key(key), out, NULL);                                                                  \
    return code;                                                                                                                         \
  }
MORTISE_KIT_GET(bool, bool, MORTISE_BOOL)
MORTISE_KIT_GET(int64, int64_t, MORTISE_INT64)
MORTISE_KIT_GET(double, double, MORTISE_DOUBLE)
MORTISE_KIT_GET(string, MortiseView, MORTISE_STRING)
MORTISE_KIT_GET(bytes, MortiseView, MORTISE_BYTES)
MORTISE_KIT_GET(json, MortiseView, MORTISE_JSON)
#undef MORTISE_KIT_GET

/*
 * mortise_find_TYPE(context, key, &out, &found, error): as mortise_get_TYPE, but MORTISE_OK where the context has no such key, or null there: *out stays
 * as it is, which so holds the default, and *found is false. found may be NULL.
 */
#define MORTISE_KIT_FIND(name, type)                                                                                                     \
  static inline FfiResult mortise_find_##name(const MortiseContext* context, const char* key, type* out, bool* found, MortiseError* error) { \
    MortiseValue value;                                                                                                                  \
    FfiResult code = mortise_find(context, key, &value, error);                                                                          \
    if (found != NULL) *found = false;                                                                                                   \
    if (code != MORTISE_OK || value.tag == MORTISE_NULL) return code;                                                                    \
    if (found != NULL) *found = true;                                                                                                    \
    return mortise_read_##name(&value, mortise_kit_key(key), out, error);                                                                \
  }
MORTISE_KIT_FIND(bool, bool)
MORTISE_KIT_FIND(int64, int64_t)
MORTISE_KIT_FIND(double, double)
MORTISE_KIT_FIND(string, MortiseView)
MORTISE_KIT_FIND(bytes, MortiseView)
MORTISE_KIT_FIND(json, MortiseView)
#undef MORTISE_KIT_FIND

/* Copies value. Codes: MortiseContext.set. */
static inline FfiResult mortise_set(const MortiseContext* context, const char* key, MortiseValue value, MortiseError* error) {
  FfiResult code = context->set(context, key, &value);
  if (code == MORTISE_OK) return code;
  return mortise_kit_refused(error, code, NULL, "set the context value `%s`", key);
}

static inline FfiResult mortise_set_null(const MortiseContext* context, const char* key, MortiseError* error) {
  return mortise_set(context, key, mortise_null(), error);
}

static inline FfiResult mortise_set_bool(const MortiseContext* context, const char* key, bool truth, MortiseError* error) {
  return mortise_set(context, key, mortise_bool(truth), error);
}

static inline FfiResult mortise_set_int64(const MortiseContext* context, const char* key, int64_t number, MortiseError* error) {
  return mortise_set(context, key, mortise_int64(number), error);
}

static inline FfiResult mortise_set_double(const MortiseContext* context, const char* key, double number, MortiseError* error) {
  return mortise_set(context, key, mortise_double(number), error);
}

/* text: UTF-8 of length bytes, SIZE_MAX for NUL-terminated. */
static inline FfiResult mortise_set_string(const MortiseContext* context, const char* key, const char* text, size_t length, MortiseError* error) {
  return mortise_set(context, key, mortise_string(text, length == SIZE_MAX ? strlen(text) : length), error);
}

static inline FfiResult mortise_set_bytes(const MortiseContext* context, const char* key, const void* data, size_t length, MortiseError* error) {
  return mortise_set(context, key, mortise_bytes(data, length), error);
}

/* text: one JSON value of length bytes, SIZE_MAX for NUL-terminated. */
static inline FfiResult mortise_set_json(const MortiseContext* context, const char* key, const char* text, size_t length, MortiseError* error) {
  return mortise_set(context, key, mortise_json(text, length == SIZE_MAX ? strlen(text) : length), error);
}

/* Sets a string as printf makes it. MORTISE_OUT_OF_MEMORY (over 511 bytes are put together on the heap), and what set answers. */
static inline FfiResult mortise_set_format(const MortiseContext* context, const char* key, MortiseError* error, const char* format, ...)
    MORTISE_PRINTF(4, 5);
static inline FfiResult mortise_set_format(const MortiseContext* context, const char* key, MortiseError* error, const char* format, ...) {
  MortiseFormatted text;
  va_list arguments;
  FfiResult code;
  va_start(arguments, format);
  code = mortise_formatv(&text, format, arguments, error);
  va_end(arguments);
  if (code != MORTISE_OK) return code;
  code = mortise_set_string(context, key, text.data, text.length, error);
  mortise_formatted_free(&text);
  return code;
}

/* MORTISE_NOT_FOUND, MORTISE_READ_ONLY. */
static inline FfiResult mortise_remove(const MortiseContext* context, const char* key, MortiseError* error) {
  FfiResult code = context->remove(context, key);
  if (code == MORTISE_OK) return code;
  if (code == MORTISE_NOT_FOUND) return mortise_failf(error, code, "the context has no `%s`", key);
  return mortise_kit_refused(error, code, NULL, "remove the context value `%s`", key);
}

/*
 * Walks the context, from *cursor = 0 on:
 *
 *     for (;;) {
 *       MORTISE_TRY(mortise_each(context, &cursor, &key, &value, error));
 *       if (key == NULL) break;
 *       …
 *     }
 *
 * MORTISE_OK and *key NULL: there is no more. Order and lives: MortiseContext.next.
 */
static inline FfiResult mortise_each(const MortiseContext* context, size_t* cursor, const char** key, MortiseValue* value, MortiseError* error) {
  FfiResult code;
  *key = NULL;
  *value = mortise_null();
  code = context->next(context, cursor, key, value);
  if (code == MORTISE_OK) return code;
  *key = NULL;
  if (code == MORTISE_NOT_FOUND) return MORTISE_OK;
  return mortise_kit_refused(error, code, NULL, "walk the context");
}

/* Whether this call is to say what it would do (mortise_describe), and to change nothing. */
static inline bool mortise_is_dry_run(const MortiseContext* context) { return context->mode == MORTISE_DRY_RUN; }

/* Dry run: one sentence for each thing that would be done. text: NUL-terminated UTF-8. Codes: MortiseContext.describe. */
static inline FfiResult mortise_describe(const MortiseContext* context, const char* text, MortiseError* error) {
  FfiResult code = context->describe(context, text, SIZE_MAX);
  if (code == MORTISE_OK) return code;
  return mortise_kit_refused(error, code, NULL, "take the description");
}

/* The same, as printf makes it. MORTISE_OUT_OF_MEMORY too. */
static inline FfiResult mortise_describef(const MortiseContext* context, MortiseError* error, const char* format, ...) MORTISE_PRINTF(3, 4);
static inline FfiResult mortise_describef(const MortiseContext* context, MortiseError* error, const char* format, ...) {
  MortiseFormatted text;
  va_list arguments;
  FfiResult code;
  va_start(arguments, format);
  code = mortise_formatv(&text, format, arguments, error);
  va_end(arguments);
  if (code != MORTISE_OK) return code;
  code = mortise_describe(context, text.data, error);
  mortise_formatted_free(&text);
  return code;
}

#endif
