/* Typed values: what contexts, fields, configuration and functions carry. 24 bytes on every target. */
#ifndef MORTISE_VALUE_H
#define MORTISE_VALUE_H

#include "version.h"

#define MORTISE_MAX_VALUE 268435456 /* bytes of one STRING, BYTES or JSON; over it: MORTISE_TOO_LARGE */

#define MORTISE_MAX_JSON_DEPTH 1024 /* nested objects and arrays */

/* MORTISE_TAGS(X): X(NAME, tag, name in messages) */
#define MORTISE_TAGS(X)           \
  X(MORTISE_NULL, 0, "null")      \
  X(MORTISE_BOOL, 1, "bool")      \
  X(MORTISE_INT64, 2, "int64")    \
  X(MORTISE_DOUBLE, 3, "double")  \
  X(MORTISE_STRING, 4, "string")  \
  X(MORTISE_BYTES, 5, "bytes")    \
  X(MORTISE_JSON, 6, "json")

enum MortiseTag {
#define MORTISE_TAG_ENUM(name, tag, text) name = tag,
  MORTISE_TAGS(MORTISE_TAG_ENUM)
#undef MORTISE_TAG_ENUM
  MORTISE_TAG_LAST = MORTISE_JSON
};

/*
 * STRING: UTF-8 with its length in bytes; may contain NUL; need not end in NUL when given to the host. The host ends strings
 *         and JSON that it hands out with a NUL that the length does not count. Invalid UTF-8 (surrogates included) is refused with MORTISE_UTF8_ERROR, never replaced.
 * BYTES:  anything. JSON: the UTF-8 text of one JSON value (RFC 8259); anything else is refused with MORTISE_INVALID_DATA.
 * A JavaScript number is a double, a BigInt an int64; objects and arrays are JSON.
 * data may be NULL only where length is 0. length is 0 where the tag has no data; a bool is 0 or 1; a double may be NaN or infinite. {P18 P26 H9}
 */
typedef struct MortiseValue {
  uint32_t tag;   /* enum MortiseTag */
  uint32_t flags; /* 0; others are reserved and refused */
  union {
    uint64_t bits; /* the whole payload: zero what a narrower member leaves */
    uint64_t boolean; /* 0 or 1 */
    int64_t int64;
    double number;
    const void* data; /* STRING, BYTES, JSON */
  } as;
  uint64_t length; /* bytes behind data; 0 for the other tags */
} MortiseValue;

/* The type as a noun, for messages: "a string". Static; of a tag that is not in the list it is "of an unknown type". */
static inline const char* mortise_noun(uint32_t tag) {
  switch (tag) {
    case MORTISE_NULL:
      return "null";
    case MORTISE_BOOL:
      return "a bool";
    case MORTISE_INT64:
      return "an int64";
    case MORTISE_DOUBLE:
      return "a double";
    case MORTISE_STRING:
      return "a string";
    case MORTISE_BYTES:
      return "bytes";
    case MORTISE_JSON:
      return "JSON";
    default:
      return "of an unknown type";
  }
}

MORTISE_STATIC_ASSERT(sizeof(MortiseValue) == 24, "MortiseValue is 24 bytes");
MORTISE_STATIC_ASSERT(offsetof(MortiseValue, as) == 8, "MortiseValue.as");
MORTISE_STATIC_ASSERT(offsetof(MortiseValue, length) == 16, "MortiseValue.length");

/* Builders. They borrow what they are given. */
static inline MortiseValue mortise_null(void) {
  MortiseValue value;
  value.tag = MORTISE_NULL;
  value.flags = 0;
  value.as.bits = 0;
  value.length = 0;
  return value;
}

static inline MortiseValue mortise_bool(int truth) {
  MortiseValue value = mortise_null();
  value.tag = MORTISE_BOOL;
  value.as.boolean = truth ? 1u : 0u;
  return value;
}

static inline MortiseValue mortise_int64(int64_t number) {
  MortiseValue value = mortise_null();
  value.tag = MORTISE_INT64;
  value.as.int64 = number;
  return value;
}

static inline MortiseValue mortise_double(double number) {
  MortiseValue value = mortise_null();
  value.tag = MORTISE_DOUBLE;
  value.as.number = number;
  return value;
}

static inline MortiseValue mortise_data(uint32_t tag, const void* data, size_t length) {
  MortiseValue value = mortise_null();
  value.tag = tag;
  value.as.data = data;
  value.length = (uint64_t)length;
  return value;
}

static inline MortiseValue mortise_string(const char* text, size_t length) {
  return mortise_data(MORTISE_STRING, text, length);
}

static inline MortiseValue mortise_bytes(const void* data, size_t length) {
  return mortise_data(MORTISE_BYTES, data, length);
}

static inline MortiseValue mortise_json(const char* text, size_t length) {
  return mortise_data(MORTISE_JSON, text, length);
}

#endif
