/* A value as the type that is wanted, or a failure that says what was wanted, where, and what was found. */
#ifndef MORTISE_KIT_READ_H
#define MORTISE_KIT_READ_H

#include <float.h>

#include "failure.h"
#include "view.h"

/* Where a value comes from, for messages: {"the context value", "who", 0} → the context value `who`; {"argument", "add", 2} → argument 2 of `add`. */
typedef struct MortiseOrigin {
  const char* kind;
  const char* name;
  unsigned argument; /* from 1; 0: it is no argument */
} MortiseOrigin;

/* "string". Static; a tag that is not in the list is "unknown". */
static inline const char* mortise_tag_name(uint32_t tag) {
  switch (tag) {
#define MORTISE_KIT_TAG_NAME(name, number, text) \
  case number:                                   \
    return text;
    MORTISE_TAGS(MORTISE_KIT_TAG_NAME)
#undef MORTISE_KIT_TAG_NAME
    default:
      return "unknown";
  }
}

/*
 * Fails as mortise_failf does, with the origin before the text: mortise_fail_at(error, MORTISE_INVALID_DATA, origin, "must be a path, but is %s", …).
 * A macro, which evaluates code twice.
 */
#define mortise_fail_at(error_, code_, origin_, ...) (mortise_kit_fail_at((error_), (code_), (origin_), __VA_ARGS__), (FfiResult)(code_))

static inline void mortise_kit_fail_at(MortiseError* error, FfiResult code, MortiseOrigin origin, const char* format, ...) MORTISE_PRINTF(4, 5);
static inline void mortise_kit_fail_at(MortiseError* error, FfiResult code, MortiseOrigin origin, const char* format, ...) {
  va_list arguments;
  if (origin.argument > 0) {
    mortise_kit_failf(error, code, "argument %u of `%s` ", origin.argument, origin.name);
  } else {
    mortise_kit_failf(error, code, "%s `%s` ", origin.kind, origin.name);
  }
  va_start(arguments, format);
  mortise_kit_appendv(error, code, format, arguments);
  va_end(arguments);
}

static inline FfiResult mortise_kit_mismatch(const MortiseValue* value, MortiseOrigin origin, uint32_t wanted, MortiseError* error) {
  return mortise_fail_at(error, MORTISE_WRONG_TYPE, origin, "must be %s, but is %s", mortise_noun(wanted), mortise_noun(value->tag));
}

/* MORTISE_WRONG_TYPE, as all below; *out is then false, 0 or empty. */
static inline FfiResult mortise_read_bool(const MortiseValue* value, MortiseOrigin origin, bool* out, MortiseError* error) {
  *out = false;
  if (value->tag != MORTISE_BOOL) return mortise_kit_mismatch(value, origin, MORTISE_BOOL, error);
  *out = value->as.boolean != 0;
  return MORTISE_OK;
}

/* The fewest digits that read back as this double: 17 always do. */
static inline void mortise_kit_digits(char* text, size_t capacity, double number) {
  double read;
  int digits = 0;
  if (!(number <= DBL_MAX && number >= -DBL_MAX)) {
    (void)snprintf(text, capacity, "%s", number > 0 ? "Infinity" : number < 0 ? "-Infinity" : "NaN");
    return;
  }
  do {
    (void)snprintf(text, capacity, "%.*g", ++digits, number);
    read = strtod(text, NULL);
  } while (digits < 17 && (read < number || read > number));
}

/* Whole doubles within ±2^53 are taken too, since that is what JavaScript has for most numbers. */
static inline FfiResult mortise_read_int64(const MortiseValue* value, MortiseOrigin origin, int64_t* out, MortiseError* error) {
  *out = 0;
  if (value->tag == MORTISE_DOUBLE) {
    double number = value->as.number;
    if (!(number >= -9007199254740992.0 && number <= 9007199254740992.0) || (double)(int64_t)number < number || (double)(int64_t)number > number) {
      char digits[40];
      mortise_kit_digits(digits, sizeof digits, number);
      return mortise_fail_at(error, MORTISE_WRONG_TYPE, origin, "must be an int64, but is the double %s", digits);
    }
    *out = (int64_t)number;
    return MORTISE_OK;
  }
  if (value->tag != MORTISE_INT64) return mortise_kit_mismatch(value, origin, MORTISE_INT64, error);
  *out = value->as.int64;
  return MORTISE_OK;
}

/* An int64 within ±2^53 is taken too. */
static inline FfiResult mortise_read_double(const MortiseValue* value, MortiseOrigin origin, double* out, MortiseError* error) {
  *out = 0;
  if (value->tag == MORTISE_INT64) {
    if (value->as.int64 < -INT64_C(9007199254740992) || value->as.int64 > INT64_C(9007199254740992)) {
      return mortise_fail_at(error, MORTISE_WRONG_TYPE, origin, "must be a double, but is an int64 beyond 2^53");
    }
    *out = (double)value->as.int64;
    return MORTISE_OK;
  }
  if (value->tag != MORTISE_DOUBLE) return mortise_kit_mismatch(value, origin, MORTISE_DOUBLE, error);
  *out = value->as.number;
  return MORTISE_OK;
}

static inline FfiResult mortise_kit_read_data(const MortiseValue* value, MortiseOrigin origin, uint32_t tag, MortiseView* out, MortiseError* error) {
  *out = mortise_view("");
  if (value->tag != tag) return mortise_kit_mismatch(value, origin, tag, error);
  *out = mortise_view_of(value);
  return MORTISE_OK;
}

/* The view lives as long as what is behind the value. */
static inline FfiResult mortise_read_string(const MortiseValue* value, MortiseOrigin origin, MortiseView* out, MortiseError* error) {
  return mortise_kit_read_data(value, origin, MORTISE_STRING, out, error);
}

static inline FfiResult mortise_read_bytes(const MortiseValue* value, MortiseOrigin origin, MortiseView* out, MortiseError* error) {
  return mortise_kit_read_data(value, origin, MORTISE_BYTES, out, error);
}

/* The text of an object or an array. */
static inline FfiResult mortise_read_json(const MortiseValue* value, MortiseOrigin origin, MortiseView* out, MortiseError* error) {
  return mortise_kit_read_data(value, origin, MORTISE_JSON, out, error);
}

#endif
