#include "value.h"

#include <string.h>

#include "json.h"
#include "utf8.h"

FfiResult value_check_data(const MortiseValue* value) {
  if (value->flags != 0 || value->tag > MORTISE_TAG_LAST) return MORTISE_INVALID_DATA;
  if (!tag_has_data(value->tag)) {
    if (value->length != 0) return MORTISE_INVALID_DATA;
    return value->tag == MORTISE_BOOL && value->as.boolean > 1 ? MORTISE_INVALID_DATA : MORTISE_OK;
  }
  if (value->length > MORTISE_MAX_VALUE) return MORTISE_TOO_LARGE;
  if (value->length == 0) return value->tag == MORTISE_JSON ? MORTISE_INVALID_DATA : MORTISE_OK;
  if (value->as.data == NULL) return MORTISE_NULL_POINTER;
  if (value->tag != MORTISE_BYTES && !utf8_valid(value->as.data, (size_t)value->length)) return MORTISE_UTF8_ERROR;
  if (value->tag == MORTISE_JSON && !json_valid(value->as.data, (size_t)value->length)) return MORTISE_INVALID_DATA;
  return MORTISE_OK;
}

size_t text_length(const char* text, size_t limit) {
  const char* end = memchr(text, 0, limit + 1);
  return end != NULL ? (size_t)(end - text) : limit + 1;
}

FfiResult key_check(const char* key, size_t length) {
  if (length == 0 || length > MORTISE_MAX_KEY || memchr(key, 0, length) != NULL) return MORTISE_INVALID_DATA;
  return utf8_valid(key, length) ? MORTISE_OK : MORTISE_UTF8_ERROR;
}
