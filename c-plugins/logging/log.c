#include "log.h"

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
static FfiResult check_names(const MortiseHost* host, MortiseError* error) {
  MortiseValue all;
  struct JsonValue object;
  struct JsonValue name;
  struct JsonValue value;
  MORTISE_TRY(mortise_option(host, "", &all, error));
  if (all.tag == MORTISE_NULL) return MORTISE_OK;
  if (all.tag != MORTISE_JSON || !json_read(all.as.data, (size_t)all.length, &object) || object.kind != JSON_OBJECT) {
    return mortise_fail(error, MORTISE_INVALID_DATA, "the options are not one object of at most 64 levels");
  }
  struct JsonItems items = json_items(&object);
  while (json_next(&items, &name, &value)) {
    if (json_is(&name, "level") || json_is(&name, "prefix")) continue;
    int shown = name.length < 64 ? (int)name.length : 64;
    return mortise_failf(error, MORTISE_INVALID_DATA, "there is no option %.*s: level and prefix are known", shown, name.text);
  }
  return MORTISE_OK;
}

static FfiResult take_level(const MortiseHost* host, MortiseError* error) {
  MortiseValue value;
  char found[96];
  opened.threshold = MORTISE_LOG_TRACE;
  MORTISE_TRY(mortise_option(host, "level", &value, error));
  if (value.tag == MORTISE_NULL || level_of(&value, &opened.threshold)) return MORTISE_OK;
  level_found(&value, found, sizeof found);
  return mortise_failf(error, MORTISE_INVALID_DATA, "the option level must be " LEVEL_NAMES ", but is %s", found);
}

static FfiResult take_prefix(const MortiseHost* host, MortiseError* error) {
  MortiseValue value;
  opened.prefix_length = 0;
  MORTISE_TRY(mortise_option(host, "prefix", &value, error));
  if (value.tag == MORTISE_NULL) return MORTISE_OK;
  if (value.tag != MORTISE_STRING || value.length > LOG_PREFIX) {
    return mortise_failf(error, MORTISE_INVALID_DATA, "the option prefix must be a string of at most %d bytes", LOG_PREFIX);
  }
  if (value.length > 0) memcpy(opened.prefix, value.as.data, (size_t)value.length);
  opened.prefix_length = (size_t)value.length;
  return MORTISE_OK;
}

FfiResult log_open(const MortiseHost* host, MortiseError* error) {
  opened.host = NULL;
  MORTISE_TRY(check_names(host, error));
  MORTISE_TRY(take_level(host, error));
  MORTISE_TRY(take_prefix(host, error));
  opened.host = host;
  return MORTISE_OK;
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
