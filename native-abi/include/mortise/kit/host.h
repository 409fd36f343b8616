/* What the host offers, with failures that say what was wanted: options, services, messages, calls. */
#ifndef MORTISE_KIT_HOST_H
#define MORTISE_KIT_HOST_H

#include "../host.h"
#include "read.h"

static inline MortiseOrigin mortise_kit_option(const char* key) {
  MortiseOrigin origin;
  origin.kind = "the option";
  origin.name = key;
  origin.argument = 0;
  return origin;
}

/*
 * [any-thread, from init on] MORTISE_OK and null where the operator did not set the option, or set it to null; "" for all of them as one object. The value lives until
 * destroy returns. MORTISE_WRONG_STATE (before init), MORTISE_CANCELLED.
 */
static inline FfiResult mortise_option(const MortiseHost* host, const char* key, MortiseValue* value, MortiseError* error) {
  FfiResult code;
  *value = mortise_null();
  code = host->config(host, key, value);
  if (code == MORTISE_OK || code == MORTISE_NOT_FOUND) return MORTISE_OK;
  return mortise_kit_refused(error, code, NULL, "give the option `%s`", key);
}

/*
 * mortise_option_TYPE(host, key, &out, error): an option that is not set, or null, leaves *out as it is, which so holds the default:
 *
 *     int64_t retries = 3;
 *     MORTISE_TRY(mortise_option_int64(host, "retries", &retries, error));
 *
 * MORTISE_WRONG_TYPE, and what mortise_option answers. A view lives as long as the process; text in it ends in NUL.
 */
#define MORTISE_KIT_OPTION(name, type)                                                                                                   \
  static inline FfiResult mortise_option_##name(const MortiseHost* host, const char* key, type* out, MortiseError* error) {             \
    MortiseValue value;                                                                                                                  \
    MORTISE_TRY(mortise_option(host, key, &value, error));                                                                               \
    return value.tag == MORTISE_NULL ? MORTISE_OK : mortise_read_##name(&value, mortise_kit_option(key), out, error);                    \
  }
MORTISE_KIT_OPTION(bool, bool)
MORTISE_KIT_OPTION(int64, int64_t)
MORTISE_KIT_OPTION(double, double)
MORTISE_KIT_OPTION(string, MortiseView)
MORTISE_KIT_OPTION(json, MortiseView)
#undef MORTISE_KIT_OPTION

/*
 * [main-thread, init until shutdown] Finds a service by name and npm range (NULL: any). *table is const TABLE*, NULL after a failure. Codes and life:
 * MortiseHost.service.
 */
static inline FfiResult mortise_find_service(const MortiseHost* host, const char* name, const char* range, const void** table, MortiseError* error) {
  FfiResult code;
  *table = NULL;
  code = host->service(host, name, range, table);
  if (code == MORTISE_OK) return code;
  return mortise_kit_refused(error, code, NULL, "find the service `%s` %s", name, range != NULL ? range : "*");
}

/* [any-thread, init until shutdown] payload may be NULL. Codes: MortiseHost.publish. */
static inline FfiResult mortise_publish(const MortiseHost* host, const char* topic, const MortiseValue* payload, MortiseError* error) {
  FfiResult code = host->publish(host, topic, payload);
  if (code == MORTISE_OK) return code;
  return mortise_kit_refused(error, code, NULL, "publish under `%s`", topic);
}

/*
 * [any-thread, init until shutdown] Calls a function of the application. *result is the host's. Codes, lives and timeout_ns: MortiseHost.call;
 * what the function failed with stands in error, behind its name.
 */
static inline FfiResult mortise_call(const MortiseHost* host, const char* function, const MortiseValue* arguments, size_t count,
                                     uint64_t timeout_ns, MortiseValue* result, MortiseError* error) {
  char text[MORTISE_KIT_MESSAGE];
  MortiseError failure = mortise_kit_error(text, sizeof text);
  FfiResult code;
  *result = mortise_null();
  code = host->call(host, function, arguments, count, timeout_ns, result, &failure);
  if (code == MORTISE_OK) return code;
  return mortise_kit_refused(error, code, &failure.message, "call `%s`", function);
}

#endif
