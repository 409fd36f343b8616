/* Is this value, key or text what the contract allows? */
#ifndef MORTISE_VALUE_CHECK_H
#define MORTISE_VALUE_CHECK_H

#include <stdbool.h>

#include "mortise.h"

static inline bool tag_has_data(uint32_t tag) {
  return tag >= MORTISE_STRING && tag <= MORTISE_JSON;
}

/* MORTISE_OK, MORTISE_INVALID_DATA (tag, flags, a bool that is not 0 or 1, a length on a value without data, JSON that is none), MORTISE_NULL_POINTER, MORTISE_TOO_LARGE, MORTISE_UTF8_ERROR. */
FfiResult value_check_data(const MortiseValue* value);

static inline FfiResult value_check(const MortiseValue* value) {
  if (value->flags == 0 && value->length == 0 && (value->tag == MORTISE_INT64 || value->tag == MORTISE_DOUBLE)) return MORTISE_OK;
  return value_check_data(value);
}

/* Length of a NUL-terminated string, at most limit + 1: never looks further. */
size_t text_length(const char* text, size_t limit);

/* MORTISE_OK, MORTISE_INVALID_DATA (empty, or over MORTISE_MAX_KEY bytes), MORTISE_UTF8_ERROR. */
FfiResult key_check(const char* key, size_t length);

#endif
