/*
 * Fails in the slots that FIXTURE_SAYS names (with spaces between, as `name priority destroy`; looked up at each _plugin_init), by a text alone where the
 * slot has no code: a getter returns what it always returns. FIXTURE_SAYS_AS: `plain` (also where it is not set), `long` (20 000 bytes, characters of two and of four bytes
 * among them), `whole` (the same in 10 000), `bytes` (no UTF-8), `controls` (control characters, NUL among them), `nothing` (plain, and getters that return NULL, an empty slice or a bad priority), `code` (plain, with a code that no header lists).
 */
#include "skeleton.h"

#ifndef WITHOUT_RECORD
RECORD(MORTISE_THREADS_SAFE);
#endif

static char wanted[256], as[16], said[20001];
static size_t said_length;

static int is_as(const char* kind) {
  return strcmp(as, kind) == 0;
}

/* Whether the slot is to fail; then the text is there. */
static int fails(const char* slot) {
  char word[64];
  snprintf(word, sizeof word, " %s ", slot);
  if (strstr(wanted, word) == NULL) return 0;
  snprintf(said, sizeof said, "%s of " FIXTURE_STEM ": gr\xc3\xb6\xc3\x9f" "er \xf0\x9f\x92\xa5", slot);
  if (is_as("long") || is_as("whole")) {
    const size_t most = is_as("long") ? sizeof said - 1 : 10000;
    for (size_t at = strlen(said); at + 6 <= most; at += 6) memcpy(said + at, "\xc3\xb6\xf0\x9f\x92\xa5", 7);
  }
  if (is_as("bytes")) snprintf(said, sizeof said, "%s", "\xff\xfe");
  said_length = strlen(said);
  if (is_as("controls")) {
    static const char controls[] = "one\r\n\ttwo \x1b[2J \0 \r \x7f \xc2\x9b three";
    said_length = sizeof controls - 1;
    memcpy(said, controls, said_length);
  }
  return 1;
}

/* For stages, which have a MortiseError: nothing is left to be asked for. */
static FfiResult stage_result(const char* slot, MortiseError* error) {
  if (!fails(slot)) return MORTISE_OK;
  said_length = 0;
  return mortise_fail(error, MORTISE_ERR, said);
}

static FfiResult result(const char* slot) {
  return !fails(slot) ? MORTISE_OK : is_as("code") ? 4711 : MORTISE_ERR;
}

#define STRING(slot)                                              \
  static const char* says_##slot(const void* instance) {          \
    return fails(#slot) && is_as("nothing") ? NULL : fixture_##slot(instance); \
  }
#define SLICE_OF(slot)                                            \
  static FfiSlice says_##slot(const void* instance) {             \
    static const FfiSlice none = {NULL, 0};                       \
    FfiSlice value = fixture_##slot(instance);                    \
    if (fails(#slot) && is_as("nothing")) {                       \
      fixture_held_##slot.pointer = NULL;                         \
      fixture_held_##slot.length = 0;                             \
      value = none;                                               \
    }                                                             \
    return value;                                                 \
  }

STRING(name)
STRING(version)
SLICE_OF(compatible_api_versions)
SLICE_OF(dependencies)
SLICE_OF(required_stages)
SLICE_OF(conflicts_with)
SLICE_OF(incompatible_with)

static bool says_is_core(const void* instance) {
  fails("is_core");
  return fixture_is_core(instance);
}

static FfiPluginPriority says_priority(const void* instance) {
  FfiPluginPriority value = fixture_priority(instance);
  if (fails("priority") && is_as("nothing")) value.category = 99;
  return value;
}

static FfiResult execute(const MortiseContext* context, MortiseError* error) {
  (void)context;
  return stage_result("execute", error);
}

static FfiResult dry_run(void* state, const MortiseContext* context, MortiseError* error) {
  FfiResult code = stage_result("dry_run", error);
  return code == MORTISE_OK ? fixture_dry_run(state, context, error) : code;
}

static void stage_destroy(void* state) {
  fixture_stage_destroy(state);
  fails("stage_destroy");
}

static void says_destroy(void* instance) {
  fixture_destroy(instance);
  fails("destroy");
}

static FfiResult register_stages(const MortiseRegistry* registry) {
  static Stage state = {FIXTURE_STEM ":echo", execute, 0};
  MortiseStage stage = stage_struct(&state);
  stage.dry_run = dry_run;
  stage.destroy = stage_destroy;
  FfiResult code = register_stage(registry, &stage);
  return code == MORTISE_OK ? result("register_stages") : code;
}

static FfiResult init(const MortiseHost* host) {
  (void)host;
  return result("init");
}

static FfiResult preflight_check(const MortiseContext* context) {
  (void)context;
  return result("preflight_check");
}

static FfiResult says_shutdown(void) {
  return result("shutdown");
}

static void last_message(const void* instance, MortiseText* message) {
  if (!fixture_alive) {
    if (instance != NULL) broken("last_message", "asked of an instance that is destroyed");
    count("asked_at_the_end");
  } else {
    count("asked");
  }
  mortise_text_set(message, said, said_length);
  /* A careless plugin, which takes the fields for its own. */
  message->data = NULL;
  message->capacity = 1;
  said_length = 0;
}

const void* mortise_plugin_extension(const char* id) {
  static const MortiseErrorExtension errors = {sizeof errors, 0, last_message};
  return strcmp(id, MORTISE_EXT_ERROR) == 0 ? &errors : NULL;
}

static PluginVTable* entry(PluginVTable* table) {
  static PluginVTable mine;
  const char* slots = getenv("FIXTURE_SAYS");
  const char* kind = getenv("FIXTURE_SAYS_AS");
  snprintf(wanted, sizeof wanted, " %s ", slots != NULL ? slots : "");
  snprintf(as, sizeof as, "%s", kind != NULL ? kind : "plain");
  said_length = 0;
  mine = *table;
  mine.destroy = says_destroy;
  mine.name = says_name;
  mine.version = says_version;
  mine.is_core = says_is_core;
  mine.priority = says_priority;
  mine.compatible_api_versions = says_compatible_api_versions;
  mine.dependencies = says_dependencies;
  mine.required_stages = says_required_stages;
  mine.conflicts_with = says_conflicts_with;
  mine.incompatible_with = says_incompatible_with;
  if (!fails("_plugin_init")) return &mine;
  count("destroyed"); /* there is no instance that could be */
  return NULL;
}

static const FfiVersionRange versions[] = {{">=0.0.1"}};
static const FfiPluginDependency others[] = {{"nobody", NULL, false}};
static const FfiStageRequirement stages[] = {{FIXTURE_STEM ":echo", true, true}};
static const char* const names[] = {"somebody"};

FIXTURE(.compatible_api_versions = SLICE(versions), .dependencies = SLICE(others), .required_stages = SLICE(stages),
        .conflicts_with = SLICE(names), .incompatible_with = SLICE(others), .entry = entry, .register_stages = register_stages, .init = init,
        .preflight_check = preflight_check, .shutdown = says_shutdown)
