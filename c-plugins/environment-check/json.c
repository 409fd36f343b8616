#include "json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST_EXACT INT64_C(9007199254740991)

static void append(struct Json* json, const char* bytes, size_t length) {
  if (json->failed) return;
  if (length > json->capacity - json->length) {
    size_t capacity = json->capacity < 256 ? 256 : json->capacity;
    while (capacity - json->length < length) {
      if (capacity > SIZE_MAX / 2) {
        json->failed = true;
        return;
      }
      capacity *= 2;
    }
    char* text = realloc(json->text, capacity);
    if (text == NULL) {
      json->failed = true;
      return;
    }
    json->text = text;
    json->capacity = capacity;
  }
  memcpy(json->text + json->length, bytes, length);
  json->length += length;
}

static void begin_item(struct Json* json) {
  if (json->comma) append(json, ",", 1);
  json->comma = true;
}

void json_open(struct Json* json, char bracket) {
  begin_item(json);
  append(json, &bracket, 1);
  json->comma = false;
}

void json_close(struct Json* json, char bracket) {
  append(json, &bracket, 1);
  json->comma = true;
}

/* Bytes of the UTF-8 sequence at text (NUL-terminated), or 0 if it is none (Unicode, table 3-7). */
static size_t sequence_length(const unsigned char* text) {
  unsigned char first = text[0];
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  unsigned char low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  unsigned char high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (text[1] < low || text[1] > high) return 0;
  for (size_t index = 2; index < length; index++) {
    if ((text[index] & 0xC0u) != 0x80u) return 0;
  }
  return length;
}

static bool valid_utf8(const char* text) {
  const unsigned char* at = (const unsigned char*)text;
  while (*at != '\0') {
    size_t length = sequence_length(at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

static void append_escaped(struct Json* json, const char* text) {
  append(json, "\"", 1);
  for (const char* at = text; *at != '\0'; at++) {
    unsigned char byte = (unsigned char)*at;
    if (byte == '"' || byte == '\\') {
      append(json, "\\", 1);
      append(json, at, 1);
    } else if (byte < 0x20) {
      char escape[8];
      snprintf(escape, sizeof escape, "\\u%04x", byte);
      append(json, escape, 6);
    } else {
      append(json, at, 1);
    }
  }
  append(json, "\"", 1);
}

void json_key(struct Json* json, const char* key) {
  begin_item(json);
  append_escaped(json, key);
  append(json, ":", 1);
  json->comma = false;
}

void json_string(struct Json* json, const char* text) {
  begin_item(json);
  if (text == NULL || !valid_utf8(text)) {
    append(json, "null", 4);
  } else {
    append_escaped(json, text);
  }
}

void json_count(struct Json* json, int64_t count) {
  char digits[32];
  begin_item(json);
  if (count < 0) {
    append(json, "null", 4);
    return;
  }
  const char* format = count > LARGEST_EXACT ? "\"%" PRId64 "\"" : "%" PRId64;
  int length = snprintf(digits, sizeof digits, format, count);
  append(json, digits, (size_t)length);
}

void json_answer(struct Json* json, enum Answer answer) {
  const char* text = answer == ANSWER_YES ? "true" : answer == ANSWER_NO ? "false" : "null";
  begin_item(json);
  append(json, text, strlen(text));
}

void json_free(struct Json* json) {
  free(json->text);
  *json = (struct Json){0};
}
