/*
 * Drives a plugin of the C kit from the host's side: tables, results and their memory, texts that do not fit. Without an argument from outside it
 * prints what it saw, a line each; it ends at the first thing that is not so. Built with sanitizers, so memory that is left or freed twice ends it
 * too.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Allocations until the one that fails; negative: none does. */
static atomic_int until_failure = -1;

static bool denied(void) { return atomic_load(&until_failure) >= 0 && atomic_fetch_sub(&until_failure, 1) == 0; }

static void* tested_malloc(size_t size) { return denied() ? NULL : malloc(size); }
static void* tested_calloc(size_t count, size_t size) { return denied() ? NULL : calloc(count, size); }
#define malloc(size) tested_malloc(size)
#define calloc(count, size) tested_calloc(count, size)

#define MORTISE_MANIFEST_NAME "c-kit"
#define MORTISE_MANIFEST_VERSION "1.0.0"
#include "mortise/kit.h"

#define CHECK(condition) ((condition) ? (void)0 : stop(#condition, __LINE__))
static void stop(const char* what, int line) {
  fprintf(stderr, "c-kit.c:%d: %s is not so\n", line, what);
  exit(1);
}

/* ---- the plugin ---- */

static int released;
static void release(void* data) {
  released++;
  free(data);
}

static char* owned_text(void) {
  char* text = (malloc)(5);
  CHECK(text != NULL);
  memcpy(text, "taken", 5);
  return text;
}

/* Returns its argument in each of the ways that there are; the last counts. */
static FfiResult in_all_ways(void* state, const MortiseArguments* arguments, MortiseReturn* result, MortiseError* error) {
  (void)state;
  MORTISE_TRY(mortise_return_copy(result, arguments->values[0], error));
  MORTISE_TRY(mortise_return_taken(result, mortise_string(owned_text(), 5), release, error));
  MORTISE_TRY(mortise_return_taken(result, mortise_string(owned_text(), 0), release, error));
  MORTISE_TRY(mortise_return_taken(result, mortise_int64(5), release, error));
  CHECK(result->value.tag == MORTISE_INT64 && result->value.as.int64 == 5);
  MORTISE_TRY(mortise_return_format(result, error, "%600d", 7));
  MORTISE_TRY(mortise_return_taken(result, mortise_bytes(owned_text(), 5), release, error));
  return MORTISE_OK;
}

static FfiResult copy(void* state, const MortiseArguments* arguments, MortiseReturn* result, MortiseError* error) {
  (void)state;
  return mortise_return_copy(result, arguments->values[0], error);
}

static FfiResult fixed(void* state, const MortiseArguments* arguments, MortiseReturn* result, MortiseError* error) {
  (void)state;
  (void)arguments;
  (void)error;
  return mortise_return_static(result, mortise_string("static", 6));
}

static FfiResult fails_after_all(void* state, const MortiseArguments* arguments, MortiseReturn* result, MortiseError* error) {
  MORTISE_TRY(copy(state, arguments, result, error));
  return mortise_fail(error, MORTISE_BUSY, "not now");
}

static FfiResult counts(void* state, const MortiseArguments* arguments, MortiseReturn* result, MortiseError* error) {
  bool truth;
  double number;
  (void)state;
  MORTISE_TRY(mortise_arguments_between(arguments, 1, 2, error));
  MORTISE_TRY(mortise_argument_bool(arguments, 0, &truth, error));
  MORTISE_TRY(mortise_argument_double(arguments, 1, &number, error));
  return mortise_return_double(result, truth ? number : 0);
}

static const MortiseCallable functions[] = {MORTISE_FUNCTION("in_all_ways", in_all_ways), MORTISE_FUNCTION("copy", copy), MORTISE_FUNCTION("fixed", fixed),
                                            MORTISE_FUNCTION("fails_after_all", fails_after_all), MORTISE_FUNCTION("counts", counts, .description = "Counts.")};
enum { IN_ALL_WAYS, COPY, FIXED, FAILS_AFTER_ALL, COUNTS, FUNCTIONS };

static FfiResult execute(void* state, const MortiseContext* context, MortiseError* error) {
  (void)context;
  return mortise_failf(error, MORTISE_ERR, "state %d", state != NULL ? *(int*)state : 0);
}

static void destroy_stage(void* state) {
  (void)state;
  mortise_stage_destroy_failed("c-kit:one", "%s", "cannot go");
}

static int own = 2;
static const MortiseStage stages[] = {MORTISE_STAGE("c-kit:one", execute, .destroy = destroy_stage), MORTISE_STAGE("c-kit:two", execute, .state = &own)};
static const FfiStageRequirement others[] = {{"text:survey", true, false}};
static const MortiseHealthExtension health = {sizeof health, 0, NULL};
static const MortiseExtension extensions[] = {MORTISE_EXTENSION(MORTISE_EXT_HEALTH, &health), MORTISE_EXTENSION(MORTISE_EXT_ERROR, &health)};

/* What each hook answers. */
static FfiResult answer = MORTISE_OK;
static const char* answer_text = "";
static int instance = 1;

static FfiResult create(void** made, MortiseError* error) {
  *made = &instance;
  return answer == MORTISE_OK ? answer : mortise_fail(error, answer, answer_text);
}

static FfiResult end(void* made, MortiseError* error) {
  CHECK(made == &instance);
  return answer == MORTISE_OK ? answer : mortise_fail(error, answer, answer_text);
}

static FfiResult init(void* made, const MortiseHost* host, MortiseError* error) {
  CHECK(host == mortise_host());
  return end(made, error);
}

static FfiResult preflight(void* made, const MortiseContext* context, MortiseError* error) {
  (void)context;
  return end(made, error);
}

MORTISE_EXPORT_PLUGIN(MORTISE_THREADS_SAFE, .stages = MORTISE_ITEMS(stages), .functions = MORTISE_ITEMS(functions), .required_stages = MORTISE_ITEMS(others),
                      .extensions = MORTISE_ITEMS(extensions), .create = create, .init = init, .preflight = preflight, .shutdown = end, .destroy = end)

/* ---- the host ---- */

static MortiseStage registered[4];
static size_t registered_count;

static FfiResult register_stage(const MortiseRegistry* registry, const MortiseStage* stage, MortiseError* error) {
  (void)registry;
  if (registered_count == 2) return mortise_fail(error, MORTISE_EXISTS, "that one is here");
  registered[registered_count++] = *stage;
  return MORTISE_OK;
}

static const MortiseHost host = {.size = sizeof host};
static MortiseRegistry registry = {.size = sizeof registry, .host = &host, .register_stage = register_stage};
static MortiseContext context = {.size = sizeof context, .host = &host};

static const char* last_message(void) {
  static char text[MORTISE_KIT_MESSAGE + 1];
  const MortiseErrorExtension* errors = mortise_plugin_extension(MORTISE_EXT_ERROR);
  MortiseText message = {text, sizeof text - 1, 0};
  errors->last_message(NULL, &message);
  text[message.length] = '\0';
  return text;
}

static FfiResult call(uint32_t index, const MortiseValue* arguments, size_t count, MortiseValue* result, char* text, size_t capacity) {
  const MortiseFunctionsExtension* table = mortise_plugin_extension(MORTISE_EXT_FUNCTIONS);
  MortiseCall called = {.size = sizeof called};
  MortiseError error = {sizeof error, MORTISE_OK, {text, capacity - 1, 0}};
  *result = mortise_null();
  FfiResult code = table->call(&instance, index, &called, arguments, count, result, &error);
  text[error.message.length] = '\0';
  return code;
}

static void give_back(MortiseValue* result) {
  const MortiseFunctionsExtension* table = mortise_plugin_extension(MORTISE_EXT_FUNCTIONS);
  table->free_result(&instance, result);
}

static void check_tables(PluginVTable* table) {
  FfiSlice stage_list = table->required_stages(table->instance);
  const FfiStageRequirement* items = stage_list.ptr;
  MortiseFunction function = {.size = sizeof function};
  const MortiseFunctionsExtension* offered = mortise_plugin_extension(MORTISE_EXT_FUNCTIONS);
  CHECK(strcmp(table->name(table->instance), "c-kit") == 0 && strcmp(table->version(table->instance), "1.0.0") == 0);
  CHECK(table->priority(table->instance).category == FFI_PRIORITY_THIRD_PARTY && table->priority(table->instance).value == 175);
  CHECK(!table->is_core(table->instance) && table->dependencies(table->instance).len == 0);
  CHECK(stage_list.len == 3 && strcmp(items[1].stage_id, "c-kit:two") == 0 && items[1].provided && !items[1].required);
  CHECK(strcmp(items[2].stage_id, "text:survey") == 0 && !items[2].provided && items[2].required);
  table->free_required_stages(stage_list);
  CHECK(offered->count(&instance) == FUNCTIONS && offered->describe(&instance, COUNTS, &function) == MORTISE_OK);
  CHECK(strcmp(function.name, "counts") == 0 && strcmp(function.description, "Counts.") == 0);
  CHECK(offered->describe(&instance, FUNCTIONS, &function) == MORTISE_NOT_FOUND);
  CHECK(mortise_plugin_extension(MORTISE_EXT_HEALTH) == &health && mortise_plugin_extension(MORTISE_EXT_ERROR) != &health);
  CHECK(mortise_plugin_extension(MORTISE_EXT_SERVICES) == NULL && mortise_plugin_extension("com.example.none/1") == NULL);
}

static void check_stages(PluginVTable* table) {
  char text[64];
  MortiseError error = {sizeof error, MORTISE_OK, {text, sizeof text, 0}};
  registered_count = 0;
  CHECK(table->register_stages(table->instance, &registry) == MORTISE_OK && registered_count == 2);
  CHECK(registered[0].execute(registered[0].state, &context, &error) == MORTISE_ERR && memcmp(text, "state 1", 7) == 0);
  CHECK(registered[1].execute(registered[1].state, &context, &error) == MORTISE_ERR && memcmp(text, "state 2", 7) == 0);
  CHECK(registered[0].execute(registered[0].state, &context, NULL) == MORTISE_ERR);
  CHECK(table->register_stages(table->instance, &registry) == MORTISE_EXISTS);
  CHECK(strcmp(last_message(), "the host would not take the stage `c-kit:one`: that one is here (MORTISE_EXISTS)") == 0 && last_message()[0] == '\0');
}

static void check_failures(PluginVTable* table) {
  CHECK(table->init(table->instance, NULL) == MORTISE_NULL_POINTER && strcmp(last_message(), "init was called without a host") == 0);
  CHECK(table->init(table->instance, (void*)(uintptr_t)&host) == MORTISE_OK && last_message()[0] == '\0');
  answer = MORTISE_TIMED_OUT;
  answer_text = "too late";
  CHECK(table->preflight_check(table->instance, &context) == MORTISE_TIMED_OUT && strcmp(last_message(), "too late") == 0);
  CHECK(table->preflight_check(table->instance, NULL) == MORTISE_NULL_POINTER);
  CHECK(table->shutdown(table->instance) == MORTISE_TIMED_OUT && strcmp(last_message(), "too late") == 0);
  /* A later success leaves nothing of an earlier failure that nobody asked about. */
  CHECK(table->shutdown(table->instance) == MORTISE_TIMED_OUT);
  answer = MORTISE_OK;
  CHECK(table->shutdown(table->instance) == MORTISE_OK && last_message()[0] == '\0');
}

/* After destroy the text of each stage's destroy is there, and that of destroy itself, also where it gave none. */
static void check_destroy(PluginVTable* table) {
  registered[0].destroy(registered[0].state);
  answer = MORTISE_BUSY;
  answer_text = "";
  table->destroy(table->instance);
  CHECK(strcmp(last_message(), "stage c-kit:one: cannot go; a queue or a limit is full for now (MORTISE_BUSY)") == 0);
  CHECK(_plugin_init() == NULL && strcmp(last_message(), "a queue or a limit is full for now (MORTISE_BUSY)") == 0);
  answer = MORTISE_OK;
  CHECK(_plugin_init() == table && mortise_host() == NULL && last_message()[0] == '\0');
  table->destroy(table->instance);
  CHECK(last_message()[0] == '\0');
}

static void check_results(void) {
  char text[128];
  MortiseValue result;
  MortiseValue other;
  MortiseValue argument = mortise_string("argument", 8);
  MortiseValue wrong[2] = {mortise_string("x", 1), mortise_bool(true)};
  int before = released;
  CHECK(call(IN_ALL_WAYS, &argument, 1, &result, text, sizeof text) == MORTISE_OK && released == before + 2);
  CHECK(result.tag == MORTISE_BYTES && memcmp(result.as.data, "taken", 5) == 0);
  CHECK(call(COPY, &argument, 1, &other, text, sizeof text) == MORTISE_OK && memcmp(other.as.data, "argument", 8) == 0);
  give_back(&result);
  CHECK(released == before + 3);
  give_back(&other);
  CHECK(call(FIXED, NULL, 0, &result, text, sizeof text) == MORTISE_OK && memcmp(result.as.data, "static", 6) == 0);
  give_back(&result);
  CHECK(call(FAILS_AFTER_ALL, &argument, 1, &result, text, sizeof text) == MORTISE_BUSY && strcmp(text, "not now") == 0 && result.tag == MORTISE_NULL);
  CHECK(call(COUNTS, NULL, 0, &result, text, sizeof text) == MORTISE_INVALID_DATA && strcmp(text, "`counts` takes 1 to 2 arguments, but got 0") == 0);
  CHECK(call(COUNTS, wrong, 2, &result, text, sizeof text) == MORTISE_WRONG_TYPE && strcmp(text, "argument 1 of `counts` must be a bool, but is a string") == 0);
  CHECK(call(COUNTS, wrong + 1, 1, &result, text, sizeof text) == MORTISE_INVALID_DATA && strcmp(text, "argument 2 of `counts` must be a double, but 1 was given") == 0);
  CHECK(call(FUNCTIONS, NULL, 0, &result, text, sizeof text) == MORTISE_NOT_FOUND);
}

/* The n-th allocation fails, for every n: a code and a text, and nothing is left. */
static void check_memory(PluginVTable* table) {
  char text[128];
  MortiseValue result;
  MortiseValue argument = mortise_string("argument", 8);
  int failures = 0;
  for (int n = 0;; n++) {
    atomic_store(&until_failure, n);
    FfiResult code = call(IN_ALL_WAYS, &argument, 1, &result, text, sizeof text);
    atomic_store(&until_failure, -1);
    if (code == MORTISE_OK) break;
    CHECK(code == MORTISE_OUT_OF_MEMORY && strncmp(text, "out of memory: ", 15) == 0 && result.tag == MORTISE_NULL);
    failures++;
  }
  give_back(&result);
  printf("%d allocations\n", failures);
  atomic_store(&until_failure, 0);
  CHECK(table->required_stages(table->instance).ptr == NULL);
  atomic_store(&until_failure, -1);
  CHECK(strcmp(last_message(), "out of memory: the list of stages could not be made") == 0);
}

/* Whatever fits of a text ends with a whole character. */
static void check_cuts(PluginVTable* table) {
  static const char full[] = "a\xc3\xb6\xf0\x9f\x92\xa5z\xe2\x82\xac";
  static char many[2 * MORTISE_KIT_MESSAGE];
  for (size_t capacity = 0; capacity <= sizeof full + 1; capacity++) {
    char* room = (malloc)(capacity > 0 ? capacity : 1);
    MortiseError error = {sizeof error, MORTISE_OK, {room, capacity, 0}};
    CHECK(mortise_failf(&error, MORTISE_ERR, "%s", full) == MORTISE_ERR);
    size_t length = error.message.length;
    CHECK(length <= capacity && memcmp(room, full, length) == 0 && ((unsigned char)full[length] & 0xC0u) != 0x80u);
    CHECK(capacity <= sizeof full - 1 || length == sizeof full - 1);
    free(room);
  }
  memset(many, 'x', sizeof many - 1);
  memcpy(many + MORTISE_KIT_MESSAGE - 1, "\xc3\xb6", 2);
  answer = MORTISE_ERR;
  answer_text = many;
  CHECK(table->shutdown(table->instance) == MORTISE_ERR);
  size_t length = strlen(last_message());
  CHECK(length == MORTISE_KIT_MESSAGE - 1);
  answer = MORTISE_OK;
}

/* Each thread gets back what it gave, however many there are. */
static void* work(void* seed) {
  char text[64];
  for (int round = 0; round < 2000; round++) {
    char given[16];
    MortiseValue result;
    int length = snprintf(given, sizeof given, "%d-%d", *(int*)seed, round);
    MortiseValue argument = mortise_string(given, (size_t)length);
    CHECK(call(COPY, &argument, 1, &result, text, sizeof text) == MORTISE_OK);
    CHECK(result.length == argument.length && memcmp(result.as.data, given, (size_t)length) == 0);
    give_back(&result);
  }
  return NULL;
}

static void check_threads(void) {
  pthread_t threads[8];
  int seeds[8];
  for (int index = 0; index < 8; index++) {
    seeds[index] = index;
    CHECK(pthread_create(&threads[index], NULL, work, &seeds[index]) == 0);
  }
  for (int index = 0; index < 8; index++) CHECK(pthread_join(threads[index], NULL) == 0);
  CHECK(mortise_kit.owned == NULL);
}

int main(void) {
  PluginVTable* table = _plugin_init();
  CHECK(table != NULL && table->instance == &instance);
  check_tables(table);
  check_stages(table);
  check_failures(table);
  check_results();
  check_memory(table);
  check_cuts(table);
  check_threads();
  check_destroy(table);
  return 0;
}
