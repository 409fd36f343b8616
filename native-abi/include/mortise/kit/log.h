/* Log lines that cost nothing while nobody wants to see them. */
#ifndef MORTISE_KIT_LOG_H
#define MORTISE_KIT_LOG_H

#include "../host.h"
#include "failure.h"
#include "view.h"

/* [any-thread] Whether lines of that level (enum MortiseLogLevel) are wanted now. One load. */
static inline bool mortise_logs(const MortiseHost* host, uint32_t level) {
#if defined(__GNUC__) || defined(__clang__)
  return level >= __atomic_load_n(host->log_level, __ATOMIC_RELAXED);
#else
  return level >= *host->log_level;
#endif
}

/* Fields of a line. They borrow what they are given, until the line is logged. */
static inline MortiseField mortise_field(const char* key, MortiseValue value) {
  MortiseField field;
  field.key = key;
  field.reserved = NULL;
  field.value = value;
  return field;
}

static inline MortiseField mortise_field_bool(const char* key, bool truth) { return mortise_field(key, mortise_bool(truth)); }
static inline MortiseField mortise_field_int64(const char* key, int64_t number) { return mortise_field(key, mortise_int64(number)); }
static inline MortiseField mortise_field_double(const char* key, double number) { return mortise_field(key, mortise_double(number)); }

/* text: NUL-terminated; NULL is null. */
static inline MortiseField mortise_field_string(const char* key, const char* text) {
  return mortise_field(key, text != NULL ? mortise_string(text, strlen(text)) : mortise_null());
}

/* Text of length bytes. */
static inline MortiseField mortise_field_view(const char* key, MortiseView view) {
  return mortise_field(key, mortise_string(view.data, view.length));
}

/*
 * [any-thread] Logs a NUL-terminated message with any number of fields:
 *
 *     MORTISE_LOG(host, MORTISE_LOG_DEBUG, "read", mortise_field_string("path", path), mortise_field_int64("bytes", size));
 *
 * Below the level nothing but host and level is evaluated; above it those two are evaluated twice. That the host drops a line is no reason to fail,
 * so nothing is returned: whoever must know calls host->log.
 */
#define MORTISE_LOG(...) MORTISE_KIT_EXPAND(MORTISE_KIT_LOG(__VA_ARGS__, mortise_field(NULL, mortise_null())))
#define MORTISE_KIT_LOG(host_, level_, message_, ...)                                                         \
  (mortise_logs((host_), (level_)) ? mortise_kit_log((host_), (level_), (message_), (const MortiseField[]){__VA_ARGS__}, \
                                                     sizeof((const MortiseField[]){__VA_ARGS__}) / sizeof(MortiseField) - 1) \
                                   : (void)0)

/* What Microsoft's older preprocessor needs to see the parts of __VA_ARGS__ as arguments of their own. */
#ifndef MORTISE_KIT_EXPAND
#define MORTISE_KIT_EXPAND(text) text
#endif

static inline void mortise_kit_log(const MortiseHost* host, uint32_t level, const char* message, const MortiseField* fields, size_t count) {
  (void)host->log(host, level, message, SIZE_MAX, fields, count);
}

/*
 * [any-thread] Logs a message as printf makes it, if lines of that level are wanted. A message of over 511 bytes needs memory; where there is none,
 * its beginning is logged.
 */
static inline void mortise_logf(const MortiseHost* host, uint32_t level, const char* format, ...) MORTISE_PRINTF(3, 4);
static inline void mortise_logf(const MortiseHost* host, uint32_t level, const char* format, ...) {
  MortiseFormatted text;
  va_list arguments;
  FfiResult code;
  if (!mortise_logs(host, level)) return;
  va_start(arguments, format);
  code = mortise_formatv(&text, format, arguments, NULL);
  va_end(arguments);
  if (code == MORTISE_OK) {
    (void)host->log(host, level, text.data, text.length, NULL, 0);
    mortise_formatted_free(&text);
  } else if (code == MORTISE_OUT_OF_MEMORY) {
    (void)host->log(host, level, text.room, mortise_kit_whole(text.room, sizeof text.room - 1), NULL, 0);
  }
}

#endif
