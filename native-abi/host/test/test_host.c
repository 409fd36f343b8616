/* MortiseHost: log, config and what is not offered; opening and closing plugins. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fixture.h"

static Fixture fixture;
static uint8_t buffer[2 * MORTISE_MAX_LOG_LINE];

static FfiResult log_text(const MortiseHost* host, const char* text) {
  return host->log(host, MORTISE_LOG_INFO, text, SIZE_MAX, NULL, 0);
}

static size_t drain(uint32_t* more) {
  return mortise_session_drain(fixture.session, buffer, sizeof buffer, more);
}

static void drain_all(void) {
  uint32_t more = 1;
  while (more) drain(&more);
}

static void lines_with_fields(void) {
  uint32_t more = 9;
  const MortiseField fields[] = {{"count", NULL, mortise_int64(-3)}, {"who", NULL, mortise_string("me", 2)}};
  CHECK(fixture.host->log(fixture.host, MORTISE_LOG_WARN, "hello world", 5, fields, 2) == MORTISE_OK);
  const size_t length = drain(&more);
  CHECK(more == 0 && length % 8 == 0);
  MortiseEvent event;
  MortiseLogLine line;
  memcpy(&event, buffer, sizeof event);
  memcpy(&line, buffer + sizeof event, sizeof line);
  CHECK(event.size == length && event.kind == MORTISE_EVENT_LOG && event.subject == (uintptr_t)fixture.plugin);
  CHECK(line.stage == 0 && line.level == MORTISE_LOG_WARN && line.message_length == 5 && line.field_count == 2);
  CHECK(line.time_ms > 1600000000000);
  const uint8_t* text = buffer + sizeof event + sizeof line;
  CHECK(memcmp(text, "hello\0\0\0", 8) == 0);
  EntryWalk walk = {text + 8, buffer + length, {0}, NULL, NULL};
  CHECK(entry_walk(&walk) && entry_is(&walk, "count") && walk.entry.tag == MORTISE_INT64 && (int64_t)walk.entry.payload == -3);
  CHECK(entry_walk(&walk) && entry_is(&walk, "who") && walk.entry.length == 2 && memcmp(walk.data, "me", 2) == 0);
  CHECK(!entry_walk(&walk));
}

static FfiResult logs_once(void* state, const MortiseContext* context, MortiseError* error) {
  (void)state, (void)error;
  return log_text(context->host, "inside");
}

static void lines_know_their_stage(void) {
  uint32_t more;
  const uintptr_t stage = fixture_stage(&fixture, logs_once, NULL, NULL);
  MortiseLogLine line;
  CHECK(mortise_run(fixture.store, &stage, 1, MORTISE_LIVE, NULL) == MORTISE_OK);
  drain(&more);
  memcpy(&line, buffer + sizeof(MortiseEvent), sizeof line);
  CHECK(line.stage == stage);
  fixture_job(&fixture, &stage, 1, NULL);
  drain(&more);
  memcpy(&line, buffer + sizeof(MortiseEvent), sizeof line);
  CHECK(line.stage == stage);
  log_text(fixture.host, "outside");
  drain(&more);
  memcpy(&line, buffer + sizeof(MortiseEvent), sizeof line);
  CHECK(line.stage == 0);
}

static FfiResult log_field(MortiseField field) {
  return fixture.host->log(fixture.host, MORTISE_LOG_INFO, "m", 1, &field, 1);
}

static void refuses_bad_lines(void) {
  const MortiseHost* host = fixture.host;
  uint32_t more;
  CHECK(host->log(NULL, MORTISE_LOG_INFO, "m", 1, NULL, 0) == MORTISE_NULL_POINTER);
  CHECK(host->log(host, MORTISE_LOG_INFO, NULL, 0, NULL, 0) == MORTISE_NULL_POINTER);
  CHECK(host->log(host, MORTISE_LOG_INFO, "m", 1, NULL, 1) == MORTISE_NULL_POINTER);
  CHECK(host->log(host, 31, "m", 1, NULL, 0) == MORTISE_INVALID_DATA);
  CHECK(host->log(host, 0, "m", 1, NULL, 0) == MORTISE_INVALID_DATA);
  CHECK(host->log(host, MORTISE_LOG_INFO, "\xFF", 1, NULL, 0) == MORTISE_UTF8_ERROR);
  CHECK(log_field((MortiseField){NULL, NULL, mortise_null()}) == MORTISE_NULL_POINTER);
  CHECK(log_field((MortiseField){"", NULL, mortise_null()}) == MORTISE_INVALID_DATA);
  CHECK(log_field((MortiseField){"k", host, mortise_null()}) == MORTISE_INVALID_DATA);
  CHECK(log_field((MortiseField){"\xFF", NULL, mortise_null()}) == MORTISE_UTF8_ERROR);
  CHECK(log_field((MortiseField){"k", NULL, mortise_string("\xFF", 1)}) == MORTISE_UTF8_ERROR);
  CHECK(log_field((MortiseField){"k", NULL, mortise_string(NULL, 1)}) == MORTISE_NULL_POINTER);
  CHECK(log_field((MortiseField){"k", NULL, {9, 0, {0}, 0}}) == MORTISE_INVALID_DATA);
  CHECK(log_field((MortiseField){"k", NULL, mortise_bytes("", 65537)}) == MORTISE_TOO_LARGE);
  CHECK(log_field((MortiseField){"k", NULL, mortise_bytes("", SIZE_MAX)}) == MORTISE_TOO_LARGE);
  CHECK(drain(&more) == 0);
}

static void holds_the_size_limit(void) {
  uint32_t more;
  char* text = malloc(65538);
  memset(text, 'x', 65537);
  text[65537] = 0;
  CHECK(fixture.host->log(fixture.host, MORTISE_LOG_INFO, text, 65536, NULL, 0) == MORTISE_OK);
  CHECK(fixture.host->log(fixture.host, MORTISE_LOG_INFO, text, 65537, NULL, 0) == MORTISE_TOO_LARGE);
  CHECK(fixture.host->log(fixture.host, MORTISE_LOG_INFO, text, SIZE_MAX, NULL, 0) == MORTISE_TOO_LARGE);
  const MortiseField field = {"k", NULL, mortise_string(text, 65535)};
  CHECK(fixture.host->log(fixture.host, MORTISE_LOG_INFO, "", 0, &field, 1) == MORTISE_OK);
  CHECK(fixture.host->log(fixture.host, MORTISE_LOG_INFO, "1", 1, &field, 1) == MORTISE_TOO_LARGE);
  /* Few bytes, many fields: the event would not fit a buffer of 2 * MORTISE_MAX_LOG_LINE. */
  MortiseField* many = malloc(4000 * sizeof *many);
  for (int i = 0; i < 4000; i++) many[i] = (MortiseField){"k", NULL, mortise_null()};
  CHECK(fixture.host->log(fixture.host, MORTISE_LOG_INFO, "", 0, many, 4000) == MORTISE_TOO_LARGE);
  size_t most = 3000;
  while (fixture.host->log(fixture.host, MORTISE_LOG_INFO, "", 0, many, most + 1) == MORTISE_OK) most++;
  do CHECK(drain(&more) > 0);
  while (more);
  free(many);
  free(text);
}

static void filters_by_level(void) {
  uint32_t more;
  CHECK(*fixture.host->log_level == MORTISE_LOG_INFO);
  CHECK(fixture.host->log(fixture.host, MORTISE_LOG_DEBUG, "d", 1, NULL, 0) == MORTISE_OK);
  CHECK(drain(&more) == 0);
  mortise_plugin_log_level(fixture.plugin, MORTISE_LOG_DEBUG);
  CHECK(fixture.host->log(fixture.host, MORTISE_LOG_DEBUG, "d", 1, NULL, 0) == MORTISE_OK);
  CHECK(drain(&more) > 0);
  mortise_plugin_log_level(fixture.plugin, MORTISE_LOG_INFO);
}

static void counts_dropped_lines(void) {
  char text[1000];
  uint32_t more = 1;
  size_t accepted = 0, dropped = 0, delivered = 0, announced = 0, reports = 0;
  memset(text, 'x', sizeof text);
  for (int i = 0; i < 10000; i++) {
    const FfiResult result = fixture.host->log(fixture.host, MORTISE_LOG_INFO, text, sizeof text, NULL, 0);
    CHECK(result == MORTISE_OK || result == MORTISE_BUSY);
    if (result == MORTISE_OK) accepted++;
    else dropped++;
  }
  CHECK(dropped > 0 && accepted * (sizeof text + 56) <= MORTISE_LOG_QUEUE && (accepted + 1) * (sizeof text + 56) > MORTISE_LOG_QUEUE);
  while (more) {
    const size_t length = drain(&more);
    MortiseEvent event;
    for (size_t at = 0; at < length; at += event.size) {
      memcpy(&event, buffer + at, sizeof event);
      if (event.kind == MORTISE_EVENT_LOG) delivered++;
      if (event.kind != MORTISE_EVENT_DROPPED) continue;
      CHECK(event.subject == (uintptr_t)fixture.plugin);
      announced += event.count;
      reports++;
    }
  }
  CHECK(delivered == accepted && announced == dropped && reports == 1);
  CHECK(log_text(fixture.host, "room again") == MORTISE_OK);
  drain_all();
}

static void drains_whole_events(void) {
  uint32_t more = 0;
  for (int i = 0; i < 3; i++) log_text(fixture.host, "0123456789");
  CHECK(mortise_session_drain(fixture.session, buffer, 71, &more) == 0 && more == 1);
  CHECK(mortise_session_drain(fixture.session, buffer, 150, &more) == 144 && more == 1);
  CHECK(mortise_session_drain(fixture.session, buffer, 150, &more) == 72 && more == 0);
}

static void answers_config(void) {
  const MortiseHost* host = fixture.host;
  MortiseValue value, early;
  CHECK(host->config(host, "x", &value) == MORTISE_NOT_FOUND);
  Entries entries = {0};
  entries_add(&entries, "", mortise_json("{\"name\":\"n\",\"size\":2}", 21));
  entries_add(&entries, "name", mortise_string("n", 1));
  entries_add(&entries, "size", mortise_double(2));
  CHECK(mortise_plugin_config(fixture.plugin, entries.bytes, entries.length) == MORTISE_OK);
  CHECK(host->config(host, "name", &early) == MORTISE_OK && strcmp(early.as.data, "n") == 0);
  CHECK(host->config(host, "size", &value) == MORTISE_OK && value.as.number == 2);
  CHECK(host->config(host, "", &value) == MORTISE_OK && value.tag == MORTISE_JSON && value.length == 21);
  CHECK(host->config(host, "none", &value) == MORTISE_NOT_FOUND);
  CHECK(host->config(host, NULL, &value) == MORTISE_NULL_POINTER);
  CHECK(host->config(host, "name", NULL) == MORTISE_NULL_POINTER);
  CHECK(host->config(NULL, "name", &value) == MORTISE_NULL_POINTER);
  CHECK(mortise_plugin_config(fixture.plugin, entries.bytes, entries.length - 1) == MORTISE_INVALID_DATA);
  entries.length = 0;
  entries_add(&entries, "name", mortise_string("other", 5));
  CHECK(mortise_plugin_config(fixture.plugin, entries.bytes, entries.length) == MORTISE_OK);
  CHECK(strcmp(early.as.data, "n") == 0); /* lives on */
  CHECK(host->config(host, "name", &value) == MORTISE_OK && strcmp(value.as.data, "other") == 0);
  CHECK(host->config(host, "size", &value) == MORTISE_NOT_FOUND);
}

static void names_the_missing_function(void) {
  const MortiseHost* host = fixture.host;
  char text[128];
  MortiseValue value;
  const void* table = host;
  MortiseError error = {(uint32_t)sizeof error, MORTISE_OK, {text, sizeof text - 1, 0}};
  CHECK(host->call(host, "resize", NULL, 0, 0, &value, &error) == MORTISE_NOT_FOUND);
  text[error.message.length] = 0;
  CHECK(error.code == MORTISE_NOT_FOUND && strstr(text, "\"resize\"") != NULL);
  CHECK(host->call(host, "resize", NULL, 0, 0, &value, NULL) == MORTISE_NOT_FOUND);
  CHECK(host->call(host, "resize", NULL, 1, 0, &value, &error) == MORTISE_NULL_POINTER);
  CHECK(host->call(host, NULL, NULL, 0, 0, &value, &error) == MORTISE_NULL_POINTER);
  CHECK(host->call(host, "resize", NULL, 0, 0, NULL, &error) == MORTISE_NULL_POINTER);
  CHECK(host->call(NULL, "resize", NULL, 0, 0, &value, &error) == MORTISE_NULL_POINTER);
  CHECK(host->call(host, "\xFF", NULL, 0, 0, &value, &error) == MORTISE_INVALID_DATA);
  CHECK(host->call(host, "resize", NULL, 0, 1, &value, &error) == MORTISE_NOT_FOUND);
  CHECK(host->call(host, "resize", NULL, 0, UINT64_MAX, &value, &error) == MORTISE_NOT_FOUND);
  error.size = MORTISE_END_OF(MortiseError, message) - 1;
  CHECK(host->call(host, "resize", NULL, 0, 0, &value, &error) == MORTISE_INVALID_DATA);
  CHECK(host->publish(host, "topic", NULL) == MORTISE_UNSUPPORTED);
  CHECK(host->publish(host, NULL, NULL) == MORTISE_NULL_POINTER);
  CHECK(host->publish(NULL, "topic", NULL) == MORTISE_NULL_POINTER);
  CHECK(host->service(host, "store", NULL, &table) == MORTISE_NOT_FOUND && table == NULL);
  CHECK(host->service(host, NULL, NULL, &table) == MORTISE_NULL_POINTER);
  CHECK(host->extension(host, "mortise.any/1") == NULL);
}

static FfiResult service_elsewhere;

static void* asks_for_a_service(void* host_) {
  const MortiseHost* host = host_;
  const void* table = NULL;
  service_elsewhere = host->service(host, "store", NULL, &table);
  return NULL;
}

static void answers_by_state(void) {
  static const struct {
    FfiResult config, call, publish, service, elsewhere;
  } answers[] = {
      {MORTISE_WRONG_STATE, MORTISE_WRONG_STATE, MORTISE_WRONG_STATE, MORTISE_WRONG_STATE, MORTISE_WRONG_STATE},
      {MORTISE_OK, MORTISE_NOT_FOUND, MORTISE_UNSUPPORTED, MORTISE_NOT_FOUND, MORTISE_WRONG_STATE},
      {MORTISE_OK, MORTISE_NOT_FOUND, MORTISE_UNSUPPORTED, MORTISE_NOT_FOUND, MORTISE_WRONG_STATE},
      {MORTISE_OK, MORTISE_NOT_FOUND, MORTISE_UNSUPPORTED, MORTISE_NOT_FOUND, MORTISE_WRONG_STATE},
      {MORTISE_OK, MORTISE_CANCELLED, MORTISE_CANCELLED, MORTISE_CANCELLED, MORTISE_CANCELLED},
      {MORTISE_OK, MORTISE_CANCELLED, MORTISE_CANCELLED, MORTISE_CANCELLED, MORTISE_CANCELLED},
  };
  char text[128];
  int32_t status = -1;
  MortiseValue value;
  const void* table;
  pthread_t thread;
  Entries entries = {0};
  entries_add(&entries, "name", mortise_string("n", 1));
  for (int opening = 0; opening < 2; opening++) {
    MortisePlugin* plugin = mortise_plugin_open(fixture.session, 1, 0x7780000, "app", "1.2.3", "/etc", MORTISE_LOG_INFO, &status);
    const MortiseHost* host = mortise_plugin_host(plugin);
    CHECK(mortise_plugin_config(plugin, entries.bytes, entries.length) == MORTISE_OK);
    for (uint32_t state = MORTISE_PLUGIN_OPENED; state <= MORTISE_PLUGIN_STOPPED; state++) {
      if (state != MORTISE_PLUGIN_OPENED) mortise_plugin_state(plugin, state);
      MortiseError error = {(uint32_t)sizeof error, MORTISE_OK, {text, sizeof text, 0}};
      CHECK(host->config(host, "name", &value) == answers[state].config);
      CHECK(host->call(host, "f", NULL, 0, 0, &value, &error) == answers[state].call);
      CHECK(error.code == answers[state].call && error.message.length > 0);
      CHECK(host->publish(host, "t", NULL) == answers[state].publish);
      CHECK(host->service(host, "store", NULL, &table) == answers[state].service);
      pthread_create(&thread, NULL, asks_for_a_service, (void*)(uintptr_t)host);
      pthread_join(thread, NULL);
      CHECK(service_elsewhere == answers[state].elsewhere);
      CHECK(log_text(host, "in every state") == MORTISE_OK);
    }
    mortise_plugin_close(plugin);
  }
  drain_all();
}

static void harmless_after_close(void) {
  int32_t status = -1;
  uint32_t more = 0;
  MortiseValue value;
  const void* table;
  const uintptr_t base = 0x7770000;
  MortisePlugin* plugin = mortise_plugin_open(fixture.session, 1, base, "app", "1.2.3", "/etc", MORTISE_LOG_INFO, &status);
  CHECK(plugin != NULL && status == MORTISE_OK);
  const MortiseHost* host = mortise_plugin_host(plugin);
  CHECK(host->size == sizeof *host && host->abi_major == MORTISE_ABI_MAJOR && host->abi_minor == MORTISE_ABI_MINOR);
  CHECK(strcmp(host->app, "app") == 0 && strcmp(host->api_version, "1.2.3") == 0 && strcmp(host->config_dir, "/etc") == 0);
  CHECK(mortise_plugin_open(fixture.session, 1, base, "app", "1.2.3", "/etc", MORTISE_LOG_INFO, &status) == NULL && status == MORTISE_EXISTS);
  const MortiseRegistry* registry = mortise_registry_open(plugin);
  CHECK(log_text(host, "last words") == MORTISE_OK);
  mortise_plugin_close(plugin);
  CHECK(log_text(host, "late") == MORTISE_CANCELLED);
  CHECK(host->config(host, "", &value) == MORTISE_CANCELLED);
  CHECK(host->call(host, "f", NULL, 0, 0, &value, NULL) == MORTISE_CANCELLED);
  CHECK(host->publish(host, "t", NULL) == MORTISE_CANCELLED);
  CHECK(host->service(host, "s", NULL, &table) == MORTISE_CANCELLED);
  CHECK(registry->register_stage(registry, NULL, NULL) == MORTISE_WRONG_STATE);
  CHECK(strcmp(host->app, "app") == 0);
  CHECK(drain(&more) == 24 + 32 + 16 && more == 0); /* undrained lines are still delivered */

  MortisePlugin* again = mortise_plugin_open(fixture.session, 1, base, "app", "2.0.0", "/etc", MORTISE_LOG_WARN, &status);
  CHECK(again == plugin && mortise_plugin_host(again) == host);
  CHECK(strcmp(host->api_version, "2.0.0") == 0 && *host->log_level == MORTISE_LOG_WARN);
  CHECK(mortise_registry_close(again) == 0);
  mortise_plugin_close(again);
}

static MortisePlugin* opened_with(const Entries* entries) {
  int32_t status = -1;
  MortisePlugin* plugin = mortise_plugin_open(fixture.session, 1, 0x7790000, "app", "1.2.3", "/etc", MORTISE_LOG_INFO, &status);
  CHECK(status == MORTISE_OK && mortise_plugin_config(plugin, entries->bytes, entries->length) == MORTISE_OK);
  mortise_plugin_state(plugin, MORTISE_PLUGIN_RUNNING);
  return plugin;
}

static atomic_bool enough;
static atomic_uint copies;

/* A thread that nobody joined: asks and copies, whatever became of the plugin. */
static void* copies_options(void* host_) {
  static char copy[20000];
  const MortiseHost* host = host_;
  MortiseValue value;
  while (!atomic_load(&enough)) {
    if (host->config(host, "large", &value) != MORTISE_OK) continue;
    memcpy(copy, value.as.data, (size_t)value.length);
    CHECK(value.length == sizeof copy && copy[0] == 'x' && copy[sizeof copy - 1] == 'x');
    atomic_fetch_add(&copies, 1u);
  }
  return NULL;
}

static void config_outlives_close(void) {
  static char large[20000];
  static Entries entries, others;
  MortiseValue first, again, other;
  memset(large, 'x', sizeof large);
  entries_add(&entries, "small", mortise_string("small text", 10));
  entries_add(&entries, "large", mortise_string(large, sizeof large));
  entries_add(&others, "small", mortise_string("another", 7));
  entries_add(&others, "large", mortise_string(large, sizeof large));

  MortisePlugin* plugin = opened_with(&entries);
  const MortiseHost* host = mortise_plugin_host(plugin);
  CHECK(host->config(host, "small", &first) == MORTISE_OK);
  mortise_plugin_close(plugin);
  CHECK(strcmp(first.as.data, "small text") == 0);
  mortise_plugin_close(opened_with(&others)); /* nobody asked: not kept */
  plugin = opened_with(&others);
  CHECK(host->config(host, "small", &other) == MORTISE_OK && strcmp(other.as.data, "another") == 0);
  mortise_plugin_close(plugin);
  plugin = opened_with(&entries);
  CHECK(host->config(host, "small", &again) == MORTISE_OK && again.as.data == first.as.data); /* memory does not grow with reloads */
  mortise_plugin_close(plugin);

  pthread_t thread;
  atomic_store(&enough, false);
  pthread_create(&thread, NULL, copies_options, (void*)(uintptr_t)host);
  for (int opening = 0; opening < 50 || (atomic_load(&copies) < 100 && opening < 100000); opening++) {
    plugin = opened_with(opening % 2 == 0 ? &entries : &others);
    if (opening % 10 == 0) sleep_ms(1);
    mortise_plugin_close(plugin);
  }
  atomic_store(&enough, true);
  pthread_join(thread, NULL);
  CHECK(atomic_load(&copies) > 0);
  drain_all();
}

int main(void) {
  fixture_open(&fixture);
  RUN("delivers a line with its fields", lines_with_fields);
  RUN("tells the stage during which a line was written, on any thread", lines_know_their_stage);
  RUN("refuses bad lines and fields, and queues nothing of them", refuses_bad_lines);
  RUN("takes 65536 bytes in a line, and no event over 131072", holds_the_size_limit);
  RUN("drops lines below the level", filters_by_level);
  RUN("drops lines when the queue is full, and reports how many in one event", counts_dropped_lines);
  RUN("drains whole events only", drains_whole_events);
  RUN("answers config, whose values outlive a change of the options", answers_config);
  RUN("keeps options that were handed out after close, for threads that are late, and uses them again", config_outlives_close);
  RUN("names the function that the application does not have, and offers nothing else", names_the_missing_function);
  RUN("answers WRONG_STATE too early and CANCELLED too late, and finds services on the thread of the plugin only", answers_by_state);
  RUN("answers CANCELLED after close, and opens again at the same address", harmless_after_close);
  fixture_close(&fixture);
  return CHECK_RESULT();
}
