/* Functions that a plugin offers ("mortise.functions/1"): their arguments, and what they return. */
#ifndef MORTISE_KIT_FUNCTION_H
#define MORTISE_KIT_FUNCTION_H

#include "../ext/functions.h"
#include "../host.h"
#include "read.h"

/* The arguments of one call. Borrowed for the call, and so is all that is read from it. */
typedef struct MortiseArguments {
  const MortiseValue* values;
  size_t count;
  const char* function;   /* the name that was called, for messages */
  const MortiseCall* call; /* caller, deadline, cancellation */
  const MortiseHost* host;
} MortiseArguments;

/* Memory that goes with a result until the host has copied it. */
typedef struct MortiseOwned {
  struct MortiseOwned* next;
  const void* data;
  void (*release)(void* data); /* NULL: the data follow this struct */
} MortiseOwned;

/* What a function returns; null at first. Written by mortise_return_…, the last of which counts. */
typedef struct MortiseReturn {
  MortiseValue value;
  MortiseOwned* owned; /* NULL: value borrows */
} MortiseReturn;

/*
 * [stage-thread & running; several at once if thread-safe; main-thread too with MORTISE_FUNCTION_QUICK] state: that of MORTISE_FUNCTION, or the
 * instance that `create` made. Returns by `return mortise_return_…(result, …);`. After another code than MORTISE_OK nothing of result counts; the kit
 * frees what was put there.
 */
typedef FfiResult MortiseFunctionBody(void* state, const MortiseArguments* arguments, MortiseReturn* result, MortiseError* error);

/* One function that a plugin offers. The strings are static. Made by MORTISE_FUNCTION. */
typedef struct MortiseCallable {
  const char* name; /* [A-Za-z_][A-Za-z0-9_.-]{0,63}, unique in the plugin */
  MortiseFunctionBody* function;
  const char* description;      /* NULL: none */
  const char* arguments_schema; /* JSON Schema of the array of arguments; NULL: any */
  const char* result_schema;    /* JSON Schema of the result; NULL: any */
  void* state;                  /* NULL: the instance */
  uint32_t flags;               /* enum MortiseFunctionFlag */
  uint32_t reserved;
} MortiseCallable;

/* ---- arguments ---- */

static inline void mortise_kit_plural(char* text, size_t capacity, size_t count) {
  (void)snprintf(text, capacity, "%u argument%s", (unsigned)count, count == 1 ? "" : "s");
}

/* MORTISE_INVALID_DATA unless there are `least` to `most` arguments. */
static inline FfiResult mortise_arguments_between(const MortiseArguments* arguments, size_t least, size_t most, MortiseError* error) {
  char wanted[48];
  if (arguments->count >= least && arguments->count <= most) return MORTISE_OK;
  mortise_kit_plural(wanted, sizeof wanted, most);
  if (least == most) {
    return mortise_failf(error, MORTISE_INVALID_DATA, "`%s` takes %s, but got %u", arguments->function, wanted, (unsigned)arguments->count);
  }
  return mortise_failf(error, MORTISE_INVALID_DATA, "`%s` takes %u to %s, but got %u", arguments->function, (unsigned)least, wanted,
                       (unsigned)arguments->count);
}

/* MORTISE_INVALID_DATA unless there are exactly `count` arguments. */
static inline FfiResult mortise_arguments_count(const MortiseArguments* arguments, size_t count, MortiseError* error) {
  return mortise_arguments_between(arguments, count, count, error);
}

static inline MortiseOrigin mortise_kit_argument(const MortiseArguments* arguments, size_t index) {
  MortiseOrigin origin;
  origin.kind = "argument";
  origin.name = arguments->function;
  origin.argument = (unsigned)index + 1;
  return origin;
}

/* wanted: what it must be, as a noun. */
static inline FfiResult mortise_kit_get_argument(const MortiseArguments* arguments, size_t index, const char* wanted, MortiseValue* value,
                                                 MortiseError* error) {
  const MortiseOrigin origin = mortise_kit_argument(arguments, index);
  *value = mortise_null();
  if (index < arguments->count) {
    *value = arguments->values[index];
    return MORTISE_OK;
  }
  if (arguments->count == 0) return mortise_fail_at(error, MORTISE_INVALID_DATA, origin, "must be %s, but none was given", wanted);
  return mortise_fail_at(error, MORTISE_INVALID_DATA, origin, "must be %s, but %u %s given", wanted, (unsigned)arguments->count,
                         arguments->count == 1 ? "was" : "were");
}

/* Argument `index`, from 0. MORTISE_INVALID_DATA where it was not given. */
static inline FfiResult mortise_argument(const MortiseArguments* arguments, size_t index, MortiseValue* value, MortiseError* error) {
  return mortise_kit_get_argument(arguments, index, "a value", value, error);
}

/*
 * mortise_argument_TYPE(arguments, index, &out, error): MORTISE_INVALID_DATA (not given), MORTISE_WRONG_TYPE (it has another type; what is taken as
 * int64 or double: kit/read.h). After a failure *out is false, 0 or empty.
 */
#define MORTISE_KIT_ARGUMENT(name, type, tag)                                                                                                   \
  static inline FfiResult mortise_argument_##name(const MortiseArguments* arguments, size_t index, type* out, MortiseError* error) {           \
    MortiseValue value;                                                                                                                         \
    FfiResult code = mortise_kit_get_argument(arguments, index, mortise_noun(tag), &value, error);                                              \
    if (code == MORTISE_OK) return mortise_read_##name(&value, mortise_kit_argument(arguments, index), out, error);                             \
    (void)mortise_read_##name(&value, mortise_kit_argument(arguments, index), out, NULL);                                                       \
    return code;                                                                                                                                \
  }
MORTISE_KIT_ARGUMENT(bool, bool, MORTISE_BOOL)
MORTISE_KIT_ARGUMENT(int64, int64_t, MORTISE_INT64)
MORTISE_KIT_ARGUMENT(double, double, MORTISE_DOUBLE)
MORTISE_KIT_ARGUMENT(string, MortiseView, MORTISE_STRING)
MORTISE_KIT_ARGUMENT(bytes, MortiseView, MORTISE_BYTES)
MORTISE_KIT_ARGUMENT(json, MortiseView, MORTISE_JSON)
#undef MORTISE_KIT_ARGUMENT

/* ---- results ---- */

static inline void mortise_kit_release(MortiseOwned* owned) {
  if (owned != NULL && owned->release != NULL) owned->release((void*)(uintptr_t)owned->data);
  free(owned);
}

/* Borrows: what is behind value must be static, or live as long as the plugin. Never the arguments, never the stack. */
static inline FfiResult mortise_return_static(MortiseReturn* result, MortiseValue value) {
  mortise_kit_release(result->owned);
  result->owned = NULL;
  result->value = value;
  return MORTISE_OK;
}

static inline FfiResult mortise_return_null(MortiseReturn* result) { return mortise_return_static(result, mortise_null()); }
static inline FfiResult mortise_return_bool(MortiseReturn* result, bool truth) { return mortise_return_static(result, mortise_bool(truth)); }
static inline FfiResult mortise_return_int64(MortiseReturn* result, int64_t number) { return mortise_return_static(result, mortise_int64(number)); }
static inline FfiResult mortise_return_double(MortiseReturn* result, double number) { return mortise_return_static(result, mortise_double(number)); }

static inline bool mortise_kit_has_data(const MortiseValue* value) {
  return (value->tag == MORTISE_STRING || value->tag == MORTISE_BYTES || value->tag == MORTISE_JSON) && value->length > 0;
}

/* Copies what is behind value into memory that the kit frees. MORTISE_OUT_OF_MEMORY. */
static inline FfiResult mortise_return_copy(MortiseReturn* result, MortiseValue value, MortiseError* error) {
  size_t length = (size_t)value.length;
  MortiseOwned* owned;
  if (!mortise_kit_has_data(&value)) return mortise_return_static(result, value);
  owned = length <= SIZE_MAX - sizeof(MortiseOwned) ? (MortiseOwned*)malloc(sizeof(MortiseOwned) + length) : NULL;
  if (owned == NULL) return mortise_fail(error, MORTISE_OUT_OF_MEMORY, "out of memory: the result could not be copied");
  memcpy(owned + 1, value.as.data, length);
  value.as.data = owned + 1;
  (void)mortise_return_static(result, value);
  owned->next = NULL;
  owned->data = owned + 1;
  owned->release = NULL;
  result->owned = owned;
  return MORTISE_OK;
}

/*
 * Takes over the memory behind a STRING, BYTES or JSON, which came from malloc or from whatever `release` (NULL: free) gives back to. It is released
 * on any thread: once the host has copied the result, or at once if this fails. Nothing else has memory, and is returned as it is.
 * MORTISE_OUT_OF_MEMORY.
 */
static inline FfiResult mortise_return_taken(MortiseReturn* result, MortiseValue value, void (*release)(void* data), MortiseError* error) {
  void (*const give_back)(void*) = release != NULL ? release : free;
  MortiseOwned* owned;
  if (!mortise_kit_has_data(&value)) {
    if (value.tag == MORTISE_STRING || value.tag == MORTISE_BYTES || value.tag == MORTISE_JSON) {
      give_back((void*)(uintptr_t)value.as.data);
      value.as.data = NULL;
    }
    return mortise_return_static(result, value);
  }
  owned = (MortiseOwned*)malloc(sizeof(MortiseOwned));
  if (owned == NULL) {
    give_back((void*)(uintptr_t)value.as.data);
    return mortise_fail(error, MORTISE_OUT_OF_MEMORY, "out of memory: the result could not be returned");
  }
  (void)mortise_return_static(result, value);
  owned->next = NULL;
  owned->data = value.as.data;
  owned->release = give_back;
  result->owned = owned;
  return MORTISE_OK;
}

/* Returns a string as printf makes it. MORTISE_OUT_OF_MEMORY. */
static inline FfiResult mortise_return_format(MortiseReturn* result, MortiseError* error, const char* format, ...) MORTISE_PRINTF(3, 4);
static inline FfiResult mortise_return_format(MortiseReturn* result, MortiseError* error, const char* format, ...) {
  MortiseFormatted text;
  va_list arguments;
  FfiResult code;
  va_start(arguments, format);
  code = mortise_formatv(&text, format, arguments, error);
  va_end(arguments);
  if (code != MORTISE_OK) return code;
  code = mortise_return_copy(result, mortise_string(text.data, text.length), error);
  mortise_formatted_free(&text);
  return code;
}

#endif
