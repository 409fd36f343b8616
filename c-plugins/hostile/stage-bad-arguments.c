/* The stage calls every function of host and context with arguments that are wrong: a good host answers a code to each; `codes` has them all. */
#include "skeleton.h"
#include "json.h"

#define HUGE_LENGTH ((uint64_t)1 << 62)

static Json codes;

static void report(const char* what, FfiResult code) {
  json_number(&codes, what, code);
}

static void bad_values(const MortiseContext* context, FfiResult (*set)(const MortiseContext*, const MortiseValue*), const char* prefix) {
  static const struct {
    const char* what;
    MortiseValue value;
  } cases[] = {
      {"tag_7", {7, 0, {0}, 0}},
      {"tag_max", {UINT32_MAX, 0, {0}, 0}},
      {"flags", {MORTISE_NULL, 1, {0}, 0}},
      {"bool_2", {MORTISE_BOOL, 0, {2}, 0}},
      {"null_with_payload", {MORTISE_NULL, 0, {1}, 0}},
      {"int64_with_length", {MORTISE_INT64, 0, {1}, 8}},
      {"string_null_data", {MORTISE_STRING, 0, {0}, 3}},
      {"bytes_null_data", {MORTISE_BYTES, 0, {0}, 3}},
      {"json_null_data", {MORTISE_JSON, 0, {0}, 3}},
      {"string_bad_utf8", {MORTISE_STRING, 0, {.data = "a\xff"}, 2}},
      {"string_surrogate", {MORTISE_STRING, 0, {.data = "\xed\xa0\x80"}, 3}},
      {"string_overlong", {MORTISE_STRING, 0, {.data = "\xc0\x80"}, 2}},
      {"string_cut", {MORTISE_STRING, 0, {.data = "\xf0\x9f\x94"}, 3}},
      {"string_beyond_unicode", {MORTISE_STRING, 0, {.data = "\xf4\x90\x80\x80"}, 4}},
      {"json_bad_utf8", {MORTISE_JSON, 0, {.data = "\"\xff\""}, 3}},
      {"json_no_json", {MORTISE_JSON, 0, {.data = "{]"}, 2}},
      {"json_empty", {MORTISE_JSON, 0, {.data = ""}, 0}},
      {"string_huge", {MORTISE_STRING, 0, {.data = "a"}, HUGE_LENGTH}},
      {"string_max", {MORTISE_STRING, 0, {.data = "a"}, UINT64_MAX}},
      {"bytes_huge", {MORTISE_BYTES, 0, {.data = "a"}, HUGE_LENGTH}},
      {"bytes_max", {MORTISE_BYTES, 0, {.data = "a"}, UINT64_MAX}},
      {"json_max", {MORTISE_JSON, 0, {.data = "1"}, UINT64_MAX}},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char what[64];
    snprintf(what, sizeof what, "%s.%s", prefix, cases[i].what);
    report(what, set(context, &cases[i].value));
  }
}

static FfiResult as_value(const MortiseContext* context, const MortiseValue* value) {
  return context->set(context, "bad", value);
}

static FfiResult as_field(const MortiseContext* context, const MortiseValue* value) {
  const MortiseField field = {"bad", NULL, *value};
  return context->host->log(context->host, MORTISE_LOG_INFO, "a field is bad", SIZE_MAX, &field, 1);
}

static FfiResult as_payload(const MortiseContext* context, const MortiseValue* value) {
  return context->host->publish(context->host, "fixture.topic", value);
}

static FfiResult as_argument(const MortiseContext* context, const MortiseValue* value) {
  MortiseValue result;
  return context->host->call(context->host, "no-such-function", value, 1, 0, &result, NULL);
}

static void context_calls(const MortiseContext* context) {
  static char key_255[256], key_256[257];
  const MortiseValue one = mortise_int64(1);
  MortiseValue value;
  size_t cursor = 0, beyond = SIZE_MAX;
  const char* key;
  memset(key_255, 'k', 255);
  memset(key_256, 'k', 256);

  report("get.null_context", context->get(NULL, "in", &value));
  report("get.null_key", context->get(context, NULL, &value));
  report("get.null_value", context->get(context, "in", NULL));
  report("get.empty_key", context->get(context, "", &value));
  report("get.long_key", context->get(context, key_256, &value));
  report("get.bad_utf8_key", context->get(context, "\xff", &value));
  report("get.unknown_key", context->get(context, "no such key", &value));

  report("set.null_context", context->set(NULL, "bad", &one));
  report("set.null_key", context->set(context, NULL, &one));
  report("set.null_value", context->set(context, "bad", NULL));
  report("set.empty_key", context->set(context, "", &one));
  report("set.key_255", context->set(context, key_255, &one));
  report("set.key_256", context->set(context, key_256, &one));
  report("set.bad_utf8_key", context->set(context, "bad\xff", &one));
  bad_values(context, as_value, "set");

  report("remove.null_context", context->remove(NULL, "in"));
  report("remove.null_key", context->remove(context, NULL));
  report("remove.empty_key", context->remove(context, ""));
  report("remove.key_255", context->remove(context, key_255));
  report("remove.unknown_key", context->remove(context, "no such key"));

  report("next.null_context", context->next(NULL, &cursor, &key, &value));
  report("next.null_cursor", context->next(context, NULL, &key, &value));
  report("next.null_key", context->next(context, &cursor, NULL, &value));
  cursor = 0;
  report("next.null_value", context->next(context, &cursor, &key, NULL));
  report("next.beyond", context->next(context, &beyond, &key, &value));

  report("describe.null_context", context->describe(NULL, "text", SIZE_MAX));
  report("describe.live", context->describe(context, "text", SIZE_MAX));
  report("describe.null_text", context->describe(context, NULL, 4));
}

static void host_calls(const MortiseContext* context) {
  const MortiseHost* host = context->host;
  const MortiseValue one = mortise_int64(1);
  const MortiseField fields[] = {{NULL, NULL, one}, {"", NULL, one}, {"\xff", NULL, one}, {"key", &one, one}};
  MortiseValue value;
  MortiseError error = {sizeof error, MORTISE_OK, {NULL, 0, 0}};
  const void* table;

  report("log.null_host", host->log(NULL, MORTISE_LOG_INFO, "text", SIZE_MAX, NULL, 0));
  report("log.level_0", host->log(host, 0, "text", SIZE_MAX, NULL, 0));
  report("log.level_31", host->log(host, 31, "text", SIZE_MAX, NULL, 0));
  report("log.level_max", host->log(host, UINT32_MAX, "text", SIZE_MAX, NULL, 0));
  report("log.null_message", host->log(host, MORTISE_LOG_INFO, NULL, 4, NULL, 0));
  report("log.null_message_terminated", host->log(host, MORTISE_LOG_INFO, NULL, SIZE_MAX, NULL, 0));
  report("log.bad_utf8_message", host->log(host, MORTISE_LOG_INFO, "a\xff", 2, NULL, 0));
  report("log.huge_message", host->log(host, MORTISE_LOG_INFO, "a", SIZE_MAX / 2, NULL, 0));
  report("log.null_fields", host->log(host, MORTISE_LOG_INFO, "text", SIZE_MAX, NULL, 2));
  report("log.huge_field_count", host->log(host, MORTISE_LOG_INFO, "text", SIZE_MAX, fields, SIZE_MAX));
  report("log.null_field_key", host->log(host, MORTISE_LOG_INFO, "text", SIZE_MAX, fields, 1));
  report("log.empty_field_key", host->log(host, MORTISE_LOG_INFO, "text", SIZE_MAX, fields + 1, 1));
  report("log.bad_utf8_field_key", host->log(host, MORTISE_LOG_INFO, "text", SIZE_MAX, fields + 2, 1));
  report("log.reserved_field", host->log(host, MORTISE_LOG_INFO, "text", SIZE_MAX, fields + 3, 1));
  bad_values(context, as_field, "log");

  report("config.null_host", host->config(NULL, "", &value));
  report("config.null_key", host->config(host, NULL, &value));
  report("config.null_value", host->config(host, "", NULL));
  report("config.unknown_key", host->config(host, "no such key", &value));
  report("config.bad_utf8_key", host->config(host, "\xff", &value));

  report("call.null_host", host->call(NULL, "f", NULL, 0, 0, &value, &error));
  report("call.null_function", host->call(host, NULL, NULL, 0, 0, &value, &error));
  report("call.empty_function", host->call(host, "", NULL, 0, 0, &value, &error));
  report("call.bad_utf8_function", host->call(host, "\xff", NULL, 0, 0, &value, &error));
  report("call.unknown_function", host->call(host, "no-such-function", NULL, 0, 0, &value, &error));
  report("call.null_arguments", host->call(host, "no-such-function", NULL, 2, 0, &value, &error));
  report("call.huge_count", host->call(host, "no-such-function", &one, SIZE_MAX, 0, &value, &error));
  report("call.null_result", host->call(host, "no-such-function", NULL, 0, 0, NULL, &error));
  report("call.null_error", host->call(host, "no-such-function", NULL, 0, 0, &value, NULL));
  bad_values(context, as_argument, "call");

  report("publish.null_host", host->publish(NULL, "topic", &one));
  report("publish.null_topic", host->publish(host, NULL, &one));
  report("publish.empty_topic", host->publish(host, "", &one));
  report("publish.bad_utf8_topic", host->publish(host, "\xff", &one));
  bad_values(context, as_payload, "publish");

  /* From this thread only MORTISE_WRONG_STATE is right if it is not the main one. */
  report("service.null_host", host->service(NULL, "name", NULL, &table));
  report("service.null_name", host->service(host, NULL, NULL, &table));
  report("service.null_table", host->service(host, "name", NULL, NULL));
  report("service.bad_range", host->service(host, "name", "not a range", &table));
  report("service.unknown", host->service(host, "no-such-service", NULL, &table));

  report("extension.null_host", host->extension(NULL, "mortise.none/1") != NULL);
  report("extension.null_id", host->extension(host, NULL) != NULL);
  report("extension.unknown", host->extension(host, "mortise.none/1") != NULL);
}

static FfiResult run(const MortiseContext* context, MortiseError* error) {
  FfiResult code;
  (void)error;
  codes.length = 0;
  context_calls(context);
  host_calls(context);
  context->remove(context, "bad");
  code = json_set(&codes, "}", context, "codes");
  return code;
}

static const Stage stages[] = {{FIXTURE_STEM ":run", run, 0}, {0}};

FIXTURE(.stages = stages)
RECORD(MORTISE_THREADS_ONE);
