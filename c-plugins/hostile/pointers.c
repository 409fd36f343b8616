/*
 * One pointer, which FIXTURE_POINTER="where:kind" names at each _plugin_init, is bad: a good host refuses the plugin without a fault wherever a checked read
 * or the table of mapped code can tell, and still gives every value back once.
 *
 * fixture_pointers() is the JSON array of all wheres. Kinds: null, one (0x1), misaligned (a good object one byte off its alignment), prot-none (the
 * start of an unreadable page), page-end (a good start that runs into such a page; for functions: the last byte of data before it), kernel.
 *
 * fixture_pointer_expectation(where, kind): "refused" in the phase of where; "accepted": the value is legal, or cannot be told from a good one and
 * works (the second byte of a function of x86, which is made to work); "ignored": only the text of an error message is lost; NULL: not to be tried.
 */
#include "skeleton.h"

/* WHERES(X): X(name, class). Classes: T table, F function, S text, N text that may be NULL, L slice, G stage struct, O function that may be NULL, E, M extension. */
#define WHERES(X)                                                                                                                          \
  X("vtable", T) X("slot.destroy", F) X("slot.name", F) X("slot.free_name", F) X("slot.version", F) X("slot.free_version", F)              \
  X("slot.is_core", F) X("slot.priority", F) X("slot.compatible_api_versions", F) X("slot.free_compatible_api_versions", F)                \
  X("slot.dependencies", F) X("slot.free_dependencies", F) X("slot.required_stages", F) X("slot.free_required_stages", F)                  \
  X("slot.conflicts_with", F) X("slot.free_conflicts_with", F) X("slot.incompatible_with", F) X("slot.free_incompatible_with", F)          \
  X("slot.init", F) X("slot.preflight_check", F) X("slot.register_stages", F) X("slot.shutdown", F)                                        \
  X("name", S) X("version", S) X("compatible_api_versions", L) X("dependencies", L) X("required_stages", L) X("conflicts_with", L)         \
  X("incompatible_with", L) X("range.constraint", S) X("dependency.name", S) X("dependency.constraint", N) X("requirement.id", S)          \
  X("conflict.name", S) X("incompatible.name", S) X("incompatible.constraint", N) X("stage", G) X("stage.id", S) X("stage.name", N)        \
  X("stage.description", N) X("stage.execute", F) X("stage.dry_run", O) X("stage.destroy", O) X("extension", E) X("extension.last_message", M)

#define WHERE_TEXT(name, class) "\"" name "\","
#define WHERE_ROW(name, class) {name, #class[0]},

static const struct {
  const char* name;
  char class;
} wheres[] = {WHERES(WHERE_ROW)};

static char where[64], kind[16];

static int is(const char* name) {
  return strcmp(where, name) == 0;
}

/* The bad pointer that stands for the good object at `object`; kind decides which. */
static const void* bad(const void* object, size_t size) {
  if (strcmp(kind, "one") == 0) return (const void*)(uintptr_t)1;
  if (strcmp(kind, "misaligned") == 0) return memcpy(guarded_end(size + 8) - (size + 15) / 8 * 8 + 1, object, size);
  if (strcmp(kind, "prot-none") == 0) return guarded_end(1);
  if (strcmp(kind, "page-end") == 0) {
    size_t before = size / 16 * 8; /* half of it, and whole words */
    if (before == 0) before = 1;
    return memcpy(guarded_end(size) - before, object, before);
  }
  if (strcmp(kind, "kernel") == 0) return (const void*)(uintptr_t)0xffff800000000000u;
  return NULL;
}

/* Text has no alignment: one byte in is a shorter good text. At a page's end it is cut before its NUL. */
static const char* string(const char* name, const char* good) {
  if (!is(name)) return good;
  return strcmp(kind, "misaligned") == 0 ? good + 1 : bad(good, strlen(good));
}

/* A function has no object to copy: one byte into its code instead, or the last byte of a page of data. */
static void function(const char* name, void* pointer) {
  char* good;
  if (!is(name)) return;
  memcpy(&good, pointer, sizeof good);
  const void* spoilt = strcmp(kind, "misaligned") == 0 ? good + 1 : strcmp(kind, "page-end") == 0 ? guarded_end(1) - 1 : bad(&good, sizeof good);
  memcpy(pointer, &spoilt, sizeof spoilt);
}

static FfiSlice slice(const char* name, const void* items, size_t length, size_t size) {
  FfiSlice made = {is(name) ? bad(items, size) : items, length};
  return made;
}

/* A good value, but where the name is `nothing` for NULL. */
static const char* or_nothing(const char* value) {
  return value != NULL ? value : nothing;
}

static FfiResult run(const MortiseContext* context, MortiseError* error) {
  (void)context;
  (void)error;
  return MORTISE_OK;
}

static FfiResult register_stages(const MortiseRegistry* registry) {
  static Stage state = {FIXTURE_STEM ":run", run, 0};
  MortiseStage made = stage_struct(&state);
  made.id = string("stage.id", FIXTURE_STEM ":run");
  made.name = string("stage.name", "A stage");
  made.description = string("stage.description", "What a stage does");
  function("stage.execute", &made.execute);
  function("stage.dry_run", &made.dry_run);
  function("stage.destroy", &made.destroy);
  FfiResult code = register_stage(registry, is("stage") ? bad(&made, sizeof made) : &made);
  note("code", code);
  return code;
}

static FfiResult init(const MortiseHost* host) {
  (void)host;
  return strncmp(where, "extension", strlen("extension")) == 0 ? fail("init fails") : MORTISE_OK;
}

static void last_message(const void* instance, MortiseText* message) {
  (void)instance;
  count("messages_asked");
  mortise_text_set(message, fixture_message, strlen(fixture_message));
  fixture_message[0] = '\0';
}

const void* mortise_plugin_extension(const char* id) {
  static MortiseErrorExtension table;
  if (strcmp(id, MORTISE_EXT_ERROR) != 0 || strncmp(where, "extension", strlen("extension")) != 0) return NULL;
  count("asked");
  table.size = sizeof table;
  table.last_message = last_message;
  function("extension.last_message", &table.last_message);
  return is("extension") ? bad(&table, sizeof table) : &table;
}

static PluginVTable* entry(PluginVTable* table) {
  static PluginVTable good;
  static FfiVersionRange ranges[2];
  static FfiPluginDependency dependencies[2], incompatible[2];
  static FfiStageRequirement requirements[2];
  static const char* conflicts[2];
  const char* wanted = getenv("FIXTURE_POINTER");
  const char* colon = wanted != NULL ? strrchr(wanted, ':') : NULL;
  where[0] = kind[0] = '\0';
  if (colon != NULL) {
    snprintf(where, sizeof where, "%.*s", (int)(colon - wanted), wanted);
    snprintf(kind, sizeof kind, "%s", colon + 1);
  }

  if (good.destroy == NULL) good = *table;
  *table = good;
#define SLOT(slot) function("slot." #slot, &table->slot);
  SLOT(destroy) SLOT(name) SLOT(free_name) SLOT(version) SLOT(free_version) SLOT(is_core) SLOT(priority)
  SLOT(compatible_api_versions) SLOT(free_compatible_api_versions) SLOT(dependencies) SLOT(free_dependencies)
  SLOT(required_stages) SLOT(free_required_stages) SLOT(conflicts_with) SLOT(free_conflicts_with)
  SLOT(incompatible_with) SLOT(free_incompatible_with) SLOT(init) SLOT(preflight_check) SLOT(register_stages) SLOT(shutdown)

  fixture.name = or_nothing(string("name", FIXTURE_STEM));
  fixture.version = or_nothing(string("version", "11.0.0"));
  for (int i = 0; i < 2; i++) {
    ranges[i].constraint = i == 1 ? string("range.constraint", ">=0.0.0") : "*";
    dependencies[i].plugin_name = i == 1 ? string("dependency.name", "not-installed") : "not-installed-first";
    dependencies[i].version_constraint = i == 1 ? string("dependency.constraint", ">=0.0.0") : NULL;
    requirements[i].stage_id = i == 1 ? string("requirement.id", "not-installed:run") : "not-installed-first:run";
    conflicts[i] = i == 1 ? string("conflict.name", "not-installed") : "not-installed-first";
    incompatible[i].plugin_name = i == 1 ? string("incompatible.name", "not-installed") : "not-installed-first";
    incompatible[i].version_constraint = i == 1 ? string("incompatible.constraint", ">=0.0.0") : NULL;
  }
  fixture.compatible_api_versions = slice("compatible_api_versions", ranges, 2, sizeof ranges);
  fixture.dependencies = slice("dependencies", dependencies, 2, sizeof dependencies);
  fixture.required_stages = slice("required_stages", requirements, 2, sizeof requirements);
  fixture.conflicts_with = slice("conflicts_with", conflicts, 2, sizeof conflicts);
  fixture.incompatible_with = slice("incompatible_with", incompatible, 2, sizeof incompatible);
  return is("vtable") ? (PluginVTable*)(uintptr_t)bad(table, sizeof *table) : table;
}

MORTISE_EXPORT const char* fixture_pointers(void);
const char* fixture_pointers(void) {
  static char list[] = "[" WHERES(WHERE_TEXT);
  list[sizeof list - 2] = ']'; /* in place of the last comma */
  return list;
}

MORTISE_EXPORT const char* fixture_pointer_expectation(const char* where_, const char* kind_);
const char* fixture_pointer_expectation(const char* where_, const char* kind_) {
  static const char* const kinds[] = {"null", "one", "misaligned", "prot-none", "page-end", "kernel"};
  char class = '\0';
  int known = 0;
  int null = strcmp(kind_, "null") == 0, misaligned = strcmp(kind_, "misaligned") == 0;
  for (size_t i = 0; i < sizeof wheres / sizeof wheres[0]; i++) {
    if (strcmp(wheres[i].name, where_) == 0) class = wheres[i].class;
  }
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) known |= strcmp(kinds[i], kind_) == 0;
  if (class == '\0' || !known) return NULL;
  if (null && (class == 'N' || class == 'O')) return "accepted";
  if (misaligned && (class == 'S' || class == 'N')) return "accepted";
#if defined(__x86_64__) || defined(__i386__)
#ifdef FIXTURE_PATCHABLE_ENTRY
  if (misaligned && (class == 'F' || class == 'O' || class == 'M')) return "accepted";
#else
  if (misaligned && (class == 'F' || class == 'O' || class == 'M')) return NULL;
#endif
#endif
  return class == 'E' || class == 'M' ? "ignored" : "refused";
}

FIXTURE(.entry = entry, .register_stages = register_stages, .init = init)
