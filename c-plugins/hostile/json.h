/* Just enough JSON for fixtures to report what they saw. Too much text is dropped, which makes the JSON invalid and the test fail. */
#ifndef FIXTURE_JSON_H
#define FIXTURE_JSON_H

#include "mortise.h"

#include <stdio.h>

typedef struct Json {
  char text[16384];
  size_t length;
} Json;

static inline void json_raw(Json* json, const char* text) {
  size_t length = strlen(text);
  if (length > sizeof json->text - json->length) length = sizeof json->text - json->length;
  memcpy(json->text + json->length, text, length);
  json->length += length;
}

static inline void json_string(Json* json, const char* text) {
  json_raw(json, "\"");
  for (; *text != '\0'; text++) {
    char piece[8] = {*text, '\0'};
    if ((unsigned char)*text < 0x20 || *text == '"' || *text == '\\') snprintf(piece, sizeof piece, "\\u%04x", (unsigned)(unsigned char)*text);
    json_raw(json, piece);
  }
  json_raw(json, "\"");
}

/* Adds `"key":number`, with the comma or brace that belongs before it. */
static inline void json_number(Json* json, const char* key, long long number) {
  char digits[32];
  json_raw(json, json->length == 0 ? "{" : ",");
  json_string(json, key);
  snprintf(digits, sizeof digits, ":%lld", number);
  json_raw(json, digits);
}

/* Closes the object or array with end and sets it as key. */
static inline FfiResult json_set(Json* json, const char* end, const MortiseContext* context, const char* key) {
  MortiseValue value;
  json_raw(json, end);
  value = mortise_json(json->text, json->length);
  return context->set(context, key, &value);
}

#endif
