/*
 * A correct and quiet plugin, so that a fixture shows only what is wrong with it:
 *
 *     #include "skeleton.h"
 *     static FfiResult init(const MortiseHost* host) { return fail("no"); }
 *     FIXTURE(.init = init)
 *
 * Every slot of the table is a function of this file. It counts and logs the call, checks that instance, order and given-back values are what the
 * contract says (if not: a line on stderr, then abort), then calls the hook of the fixture, if there is one.
 *
 * fixture_counter(name), exported: entries registers inits preflights shutdowns destroyed; given:SLOT and freed:SLOT for every slot that hands out
 * values (a NULL string is neither); registered, executed, dry_runs and stages_destroyed for stages; and what a fixture adds. Unknown names are 0.
 *
 * FIXTURE_LOG=path (looked up at each _plugin_init) appends a line for each call: entry, the name of the slot, or "execute ID", "dry_run ID",
 * "stage_destroy ID". With FIXTURE_LOG_NAMES=1 each line starts with the plugin's name and a space.
 *
 * Define WITH_ERROR_MESSAGES before the include to serve the texts of fail() through mortise.error/1.
 */
#ifndef FIXTURE_SKELETON_H
#define FIXTURE_SKELETON_H

#include "mortise.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#ifndef FIXTURE_STEM
#error "FIXTURE_STEM, the file name of the library without its extension, is given by the build"
#endif

#define HELPER static __attribute__((unused))

/* ---- what a fixture says about itself: FIXTURE(.field = …); zero is the quiet default -------------------------------------------- */

typedef struct Stage {
  const char* id; /* NULL ends the list */
  FfiResult (*execute)(const MortiseContext* context, MortiseError* error);
  uint32_t flags;
} Stage;

typedef struct Fixture {
  const char* name;           /* FIXTURE_STEM; `nothing` stands for NULL */
  const char* version;        /* "1.0.0"; the same */
  FfiPluginPriority priority; /* third_party:160 */
  FfiSlice compatible_api_versions, dependencies, required_stages, conflicts_with, incompatible_with; /* {NULL, 0} */
  const Stage* stages;
  PluginVTable* (*entry)(PluginVTable* table); /* may change the table; its result is that of _plugin_init */
  FfiResult (*register_stages)(const MortiseRegistry* registry); /* after `stages` */
  FfiResult (*init)(const MortiseHost* host);
  FfiResult (*preflight_check)(const MortiseContext* context);
  FfiResult (*shutdown)(void);
  void (*destroy)(void);
} Fixture;

static Fixture fixture;

#define FIXTURE(...) static Fixture fixture = {__VA_ARGS__};
#define SLICE(array) {(array), sizeof(array) / sizeof((array)[0])}

HELPER const char nothing[1] = "";

/* A record with the smallest manifest that agrees with the table. */
#define RECORD(threads) MORTISE_RECORD(MORTISE_LANGUAGE_C, threads, "{\"name\":\"" FIXTURE_STEM "\",\"version\":\"1.0.0\"}")

/* ---- counters and the log ----------------------------------------------------------------------------------------------------------- */

static struct {
  char name[64];
  int64_t value;
} fixture_counters[64];
static char fixture_counters_lock;

/* The counter that goes by prefix and name together; made if create. NULL: unknown. Names are never removed, so that the result stays valid. */
static int64_t* counter(const char* prefix, const char* name, int create) {
  char full[sizeof fixture_counters[0].name];
  int64_t* found = NULL;
  snprintf(full, sizeof full, "%s%s", prefix, name);
  while (__atomic_test_and_set(&fixture_counters_lock, __ATOMIC_ACQUIRE)) {
  }
  for (size_t i = 0; found == NULL && i < sizeof fixture_counters / sizeof fixture_counters[0]; i++) {
    if (fixture_counters[i].name[0] == '\0') {
      if (!create) break;
      memcpy(fixture_counters[i].name, full, sizeof full);
    }
    if (strcmp(fixture_counters[i].name, full) == 0) found = &fixture_counters[i].value;
  }
  __atomic_clear(&fixture_counters_lock, __ATOMIC_RELEASE);
  return found;
}

MORTISE_EXPORT int64_t fixture_counter(const char* name);
int64_t fixture_counter(const char* name) {
  const int64_t* found = counter("", name, 0);
  return found != NULL ? __atomic_load_n(found, __ATOMIC_SEQ_CST) : 0;
}

HELPER int64_t count_by(const char* name, int64_t by) {
  int64_t* found = counter("", name, 1);
  return found != NULL ? __atomic_add_fetch(found, by, __ATOMIC_SEQ_CST) : 0;
}

HELPER void count(const char* name) {
  count_by(name, 1);
}

/* For codes, process ids and the like: the last value instead of a number of times. */
HELPER void note(const char* name, int64_t value) {
  int64_t* found = counter("", name, 1);
  if (found != NULL) __atomic_store_n(found, value, __ATOMIC_SEQ_CST);
}

static char fixture_log_path[4096];
static int fixture_log_names;

static void log_call(const char* call, const char* detail) {
  char line[512];
  if (fixture_log_path[0] == '\0') return;
  int length = snprintf(line, sizeof line, "%s%s%s%s%s\n", fixture_log_names ? FIXTURE_STEM : "", fixture_log_names ? " " : "", call,
                        detail != NULL ? " " : "", detail != NULL ? detail : "");
  int file = open(fixture_log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (file < 0) return;
  if (length > 0 && write(file, line, (size_t)length) < 0) errno = 0;
  close(file);
}

static _Noreturn void broken(const char* call, const char* what) {
  fprintf(stderr, "fixture %s: the host broke the contract: %s: %s\n", FIXTURE_STEM, call, what);
  fflush(stderr);
  abort();
}

/* ---- helpers for fixtures ----------------------------------------------------------------------------------------------------------- */

static char fixture_message[256];

/* Keeps message for mortise.error/1. */
HELPER FfiResult fail(const char* message) {
  snprintf(fixture_message, sizeof fixture_message, "%s", message);
  return MORTISE_ERR;
}

HELPER _Noreturn void crash(void) {
  volatile int* volatile nowhere = (volatile int*)(uintptr_t)8;
  *nowhere = 1;
  abort();
}

HELPER void sleep_ms(int64_t ms) {
  struct timespec left = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000L};
  while (ms > 0 && nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
}

HELPER int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The end of new readable memory of at least size zero bytes; the page at that address is PROT_NONE. Never given back. */
HELPER char* guarded_end(size_t size) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  size_t room = (size + page - 1) / page * page;
  char* memory = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED || mprotect(memory + room, page, PROT_NONE) != 0) abort();
  return memory + room;
}

/* A copy of size bytes that ends exactly where a PROT_NONE page begins. */
HELPER void* guarded_copy(const void* bytes, size_t size) {
  return memcpy(guarded_end(size) - size, bytes, size);
}

HELPER FfiResult set_int64(const MortiseContext* context, const char* key, int64_t number) {
  MortiseValue value = mortise_int64(number);
  return context->set(context, key, &value);
}

/* The number under key, int64 or double, or otherwise. */
HELPER int64_t get_int64(const MortiseContext* context, const char* key, int64_t otherwise) {
  MortiseValue value;
  if (context->get(context, key, &value) != MORTISE_OK) return otherwise;
  return value.tag == MORTISE_INT64 ? value.as.int64 : value.tag == MORTISE_DOUBLE ? (int64_t)value.as.number : otherwise;
}

/* ---- values: given, and taken back unchanged exactly once ------------------------------------------------------------------------------ */

typedef struct Held {
  const void* pointer;
  size_t length;
  int64_t times;
} Held;

static void given(Held* held, const char* slot, const void* pointer, size_t length) {
  int64_t* counted = counter("given:", slot, 1);
  held->pointer = pointer;
  held->length = length;
  held->times++;
  if (counted != NULL) ++*counted;
}

static void taken(Held* held, const char* slot, const void* pointer, size_t length) {
  char call[64];
  int64_t* counted = counter("freed:", slot, 1);
  snprintf(call, sizeof call, "free_%s", slot);
  log_call(call, NULL);
  if (held->times == 0) broken(call, "nothing is out: freed twice, or never given");
  if (held->pointer != pointer) broken(call, "another pointer came back");
  if (held->length != length) broken(call, "another length came back");
  held->times--;
  if (counted != NULL) ++*counted;
}

/* ---- the slots -------------------------------------------------------------------------------------------------------------------------- */

static PluginVTable fixture_table;
static int fixture_alive, fixture_registered, fixture_initialised;

static void called(const char* slot, const void* instance) {
  log_call(slot, NULL);
  if (!fixture_alive) broken(slot, "called after destroy");
  if (instance != fixture_table.instance) broken(slot, "another instance came in");
}

#define FIXTURE_STRING(slot, standard)                                                       \
  static Held fixture_held_##slot;                                                           \
  static const char* fixture_##slot(const void* instance) {                                  \
    const char* text = fixture.slot == nothing ? NULL : fixture.slot != NULL ? fixture.slot : (standard); \
    called(#slot, instance);                                                                 \
    if (text != NULL) given(&fixture_held_##slot, #slot, text, 0);                           \
    return text;                                                                             \
  }                                                                                          \
  static void fixture_free_##slot(char* text) {                                              \
    taken(&fixture_held_##slot, #slot, text, 0);                                             \
  }

#define FIXTURE_SLICE(slot)                                                                  \
  static Held fixture_held_##slot;                                                           \
  static FfiSlice fixture_##slot(const void* instance) {                                     \
    called(#slot, instance);                                                                 \
    given(&fixture_held_##slot, #slot, fixture.slot.ptr, fixture.slot.len);                  \
    return fixture.slot;                                                                     \
  }                                                                                          \
  static void fixture_free_##slot(FfiSlice slice) {                                          \
    taken(&fixture_held_##slot, #slot, slice.ptr, slice.len);                                \
  }

FIXTURE_STRING(name, FIXTURE_STEM)
FIXTURE_STRING(version, "1.0.0")
FIXTURE_SLICE(compatible_api_versions)
FIXTURE_SLICE(dependencies)
FIXTURE_SLICE(required_stages)
FIXTURE_SLICE(conflicts_with)
FIXTURE_SLICE(incompatible_with)

static void fixture_destroy(void* instance) {
  called("destroy", instance);
  if (fixture_initialised) broken("destroy", "shutdown was not called");
  if (fixture.destroy != NULL) fixture.destroy();
  fixture_alive = 0;
  count("destroyed");
}

static bool fixture_is_core(const void* instance) {
  called("is_core", instance);
  return false;
}

static FfiPluginPriority fixture_priority(const void* instance) {
  FfiPluginPriority standard = {FFI_PRIORITY_THIRD_PARTY, 160};
  called("priority", instance);
  return fixture.priority.category != 0 || fixture.priority.value != 0 ? fixture.priority : standard;
}

static FfiResult fixture_execute(void* state, const MortiseContext* context, MortiseError* error) {
  const Stage* stage = state;
  count("executed");
  log_call("execute", stage->id);
  return stage->execute != NULL ? stage->execute(context, error) : MORTISE_OK;
}

static FfiResult fixture_dry_run(void* state, const MortiseContext* context, MortiseError* error) {
  const Stage* stage = state;
  char text[192];
  (void)error;
  count("dry_runs");
  log_call("dry_run", stage->id);
  snprintf(text, sizeof text, "would run %s", stage->id);
  return context->describe(context, text, SIZE_MAX);
}

static void fixture_stage_destroy(void* state) {
  log_call("stage_destroy", ((const Stage*)state)->id);
  count("stages_destroyed");
}

/* A correct stage struct for the stage, to be registered as it is, or spoilt first. */
HELPER MortiseStage stage_struct(const Stage* stage) {
  MortiseStage made = {(uint32_t)sizeof made, stage->flags,       stage->id,       NULL,
                       "a fixture's stage",   (void*)(uintptr_t)stage, fixture_execute, fixture_dry_run,
                       fixture_stage_destroy};
  return made;
}

HELPER FfiResult register_stage(const MortiseRegistry* registry, const MortiseStage* stage) {
  FfiResult code = registry->register_stage(registry, stage, NULL);
  if (code == MORTISE_OK) count("registered");
  return code;
}

static FfiResult fixture_register_stages(const void* instance, void* registry) {
  FfiResult code = MORTISE_OK;
  called("register_stages", instance);
  if (fixture_registered) broken("register_stages", "called twice");
  fixture_registered = 1;
  count("registers");
  for (const Stage* stage = fixture.stages; code == MORTISE_OK && stage != NULL && stage->id != NULL; stage++) {
    MortiseStage made = stage_struct(stage);
    code = register_stage(registry, &made);
  }
  return code == MORTISE_OK && fixture.register_stages != NULL ? fixture.register_stages(registry) : code;
}

static FfiResult fixture_init(void* instance, void* app) {
  called("init", instance);
  if (!fixture_registered) broken("init", "called before register_stages");
  if (fixture_initialised) broken("init", "called twice");
  count("inits");
  FfiResult code = fixture.init != NULL ? fixture.init(app) : MORTISE_OK;
  fixture_initialised = code == MORTISE_OK;
  return code;
}

static FfiResult fixture_preflight_check(const void* instance, const void* context) {
  called("preflight_check", instance);
  if (!fixture_initialised) broken("preflight_check", "called without a good init");
  count("preflights");
  return fixture.preflight_check != NULL ? fixture.preflight_check(context) : MORTISE_OK;
}

static FfiResult fixture_shutdown(void* instance) {
  called("shutdown", instance);
  if (!fixture_initialised) broken("shutdown", "called without a good init, or twice");
  fixture_initialised = 0;
  count("shutdowns");
  return fixture.shutdown != NULL ? fixture.shutdown() : MORTISE_OK;
}

static int fixture_instance;
static PluginVTable fixture_table = {
    &fixture_instance,
    fixture_destroy,
    fixture_name,
    fixture_free_name,
    fixture_version,
    fixture_free_version,
    fixture_is_core,
    fixture_priority,
    fixture_compatible_api_versions,
    fixture_free_compatible_api_versions,
    fixture_dependencies,
    fixture_free_dependencies,
    fixture_required_stages,
    fixture_free_required_stages,
    fixture_conflicts_with,
    fixture_free_conflicts_with,
    fixture_incompatible_with,
    fixture_free_incompatible_with,
    fixture_init,
    fixture_preflight_check,
    fixture_register_stages,
    fixture_shutdown,
};

PluginVTable* _plugin_init(void) {
  const char* path = getenv("FIXTURE_LOG");
  const char* names = getenv("FIXTURE_LOG_NAMES");
  snprintf(fixture_log_path, sizeof fixture_log_path, "%s", path != NULL ? path : "");
  fixture_log_names = names != NULL && names[0] == '1';
  log_call("entry", NULL);
  count("entries");
  fixture_alive = 1;
  fixture_registered = fixture_initialised = 0;
  fixture_message[0] = '\0';
  return fixture.entry != NULL ? fixture.entry(&fixture_table) : &fixture_table;
}

#ifdef WITH_ERROR_MESSAGES
static void fixture_last_message(const void* instance, MortiseText* message) {
  (void)instance;
  log_call("last_message", NULL);
  count("messages_asked");
  mortise_text_set(message, fixture_message, strlen(fixture_message));
  fixture_message[0] = '\0';
}

static const MortiseErrorExtension fixture_errors = {sizeof fixture_errors, 0, fixture_last_message};

const void* mortise_plugin_extension(const char* id) {
  return strcmp(id, MORTISE_EXT_ERROR) == 0 ? &fixture_errors : NULL;
}
#endif

#endif
