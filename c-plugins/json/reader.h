/*
 * Reads one JSON text (RFC 8259) where it lies: nothing is allocated, and no byte beyond the text is looked at. The text is UTF-8 as the host hands it
 * out; that is not checked again. C11 and C++.
 */
#ifndef PLUGINS_JSON_READER_H
#define PLUGINS_JSON_READER_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define JSON_DEPTH 64         /* nested arrays and objects; deeper ones are refused */
#define JSON_NUMBER_BYTES 127 /* of one number that is asked for by json_number */

enum JsonKind { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* One value: its own text, without space around it. Lives as long as the text that was read. */
struct JsonValue {
  enum JsonKind kind;
  const char* text;
  size_t length;
};

/* Reads a whole text. False: it is not one JSON value, or nested too deep. */
bool json_read(const char* text, size_t length, struct JsonValue* value);

/* What is left of an array or object. */
struct JsonItems {
  const char* at;
  const char* end;
  bool named;
};

/* Begins a walk over `container`, an array or object from json_read or json_next. Other values have no items. */
struct JsonItems json_items(const struct JsonValue* container);

/* Takes the next item. `name` is set for the items of an object, to a string, and may be NULL for those of an array. False: there is none left. */
bool json_next(struct JsonItems* items, struct JsonValue* name, struct JsonValue* value);

enum JsonDecoded { JSON_DECODED, JSON_NO_ROOM, JSON_LONE_SURROGATE };

/* Writes what the string `value` stands for, as UTF-8 that may contain NUL, to `bytes`. No NUL is added. */
enum JsonDecoded json_decode(const struct JsonValue* value, char* bytes, size_t capacity, size_t* length);

/* Whether the string `value` stands for `text`, NUL-terminated, of at most 63 bytes. */
bool json_is(const struct JsonValue* value, const char* text);

/*
 * The double that is nearest to what is written, as JavaScript reads it and writes it again: 2^62 is written 4611686018427388000.
 * False: `value` is no number, is longer than JSON_NUMBER_BYTES, or lies beyond what a double can hold.
 */
bool json_number(const struct JsonValue* value, double* number);

#ifdef __cplusplus
}
#endif

#endif
