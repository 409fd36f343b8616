#include "log.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../json/reader.h"
#include "level.h"

/* Written by log_open only, before any stage runs and any service can be found. */
static struct {
  const MortiseHost* host;
  uint32_t threshold;
  char prefix[LOG_PREFIX];
  size_t prefix_length;
} opened;

/* An option that nobody reads is most likely a misspelled one. */
static FfiResult check_names(const MortiseHost* host, char* why, size_t capacity) {
  MortiseValue all = mortise_null();
  struct JsonValue object;
  struct JsonValue name;
  struct JsonValue value;
  FfiResult code = host->config(host, "", &all);
  if (code == MORTISE_NOT_FOUND) return MORTISE_OK;
  if (code != MORTISE_OK || all.tag != MORTISE_JSON || !json_read(all.as.data, (size_t)all.length, &object) || object.kind != JSON_OBJECT) {
    snprintf(why, capacity, "the host would not give the options as an object (code %d)", (int)code);
    return code != MORTISE_OK ? code : MORTISE_INVALID_DATA;
  }
  struct JsonItems items = json_items(&object);
  while (json_next(&items, &name, &value)) {
    if (json_is(&name, "level") || json_is(&name, "prefix")) continue;
    int shown = name.length < 64 ? (int)name.length : 64;
    snprintf(why, capacity, "there is no option %.*s: level and prefix are known", shown, name.text);
    return MORTISE_INVALID_DATA;
  }
  return MORTISE_OK;
}

/* Absent and null are the same: *present is false. */
static FfiResult option(const MortiseHost* host, const char* key, MortiseValue* value, bool* present, char* why, size_t capacity) {
  FfiResult code = host->config(host, key, value);
  *present = code == MORTISE_OK && value->tag != MORTISE_NULL;
  if (code == MORTISE_OK || code == MORTISE_NOT_FOUND) return MORTISE_OK;
  snprintf(why, capacity, "the host would not give the option %s (code %d)", key, (int)code);
  return code;
}

static FfiResult take_level(const MortiseHost* host, char* why, size_t capacity) {
  MortiseValue value = mortise_null();
  bool present = false;
  FfiResult code = option(host, "level", &value, &present, why, capacity);
  opened.threshold = MORTISE_LOG_TRACE;
  if (code != MORTISE_OK || !present || level_of(&value, &opened.threshold)) return code;
  char found[96];
  level_found(&value, found, sizeof found);
  snprintf(why, capacity, "the option level must be " LEVEL_NAMES ", but is %s", found);
  return MORTISE_INVALID_DATA;
}

static FfiResult take_prefix(const MortiseHost* host, char* why, size_t capacity) {
  MortiseValue value = mortise_null();
  bool present = false;
  FfiResult code = option(host, "prefix", &value, &present, why, capacity);
  opened.prefix_length = 0;
  if (code != MORTISE_OK || !present) return code;
  if (value.tag != MORTISE_STRING || value.length > LOG_PREFIX) {
    snprintf(why, capacity, "the option prefix must be a string of at most %d bytes", LOG_PREFIX);
    return MORTISE_INVALID_DATA;
  }
  if (value.length > 0) memcpy(opened.prefix, value.as.data, (size_t)value.length);
  opened.prefix_length = (size_t)value.length;
  return MORTISE_OK;
}

FfiResult log_open(const MortiseHost* host, char* why, size_t capacity) {
  opened.host = NULL;
  FfiResult code = check_names(host, why, capacity);
  if (code == MORTISE_OK) code = take_level(host, why, capacity);
  if (code == MORTISE_OK) code = take_prefix(host, why, capacity);
  if (code == MORTISE_OK) opened.host = host;
  return code;
}

uint32_t log_threshold(void) {
  if (opened.host == NULL) return UINT32_MAX;
  uint32_t hosts = *opened.host->log_level;
  return hosts > opened.threshold ? hosts : opened.threshold;
}

FfiResult log_write(uint32_t level, const char* message, size_t length, const MortiseField* fields, size_t count) {
  const MortiseHost* host = opened.host;
  if (host == NULL) return MORTISE_WRONG_STATE;
  if (level < log_threshold()) return MORTISE_OK;
  if (opened.prefix_length == 0) return host->log(host, level, message, length, fields, count);

  if (length > MORTISE_MAX_LOG_LINE) return MORTISE_TOO_LARGE;
  char* line = malloc(opened.prefix_length + length);
  if (line == NULL) return MORTISE_OUT_OF_MEMORY;
  memcpy(line, opened.prefix, opened.prefix_length);
  if (length > 0) memcpy(line + opened.prefix_length, message, length);
  FfiResult code = host->log(host, level, line, opened.prefix_length + length, fields, count);
  free(line);
  return code;
}
