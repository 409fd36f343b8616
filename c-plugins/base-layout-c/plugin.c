/* A plugin of the base layout that knows nothing of Mortise. What it hands out must come back exactly once, unchanged. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

typedef struct {
  const void* ptr;
  size_t len;
} Slice;

typedef struct {
  const char* constraint;
} VersionRange;

typedef struct {
  const char* plugin_name;
  const char* version_constraint;
  bool required;
} Dependency;

typedef struct {
  uint8_t category;
  uint8_t value;
} Priority;

typedef struct {
  void* instance;
  void (*destroy)(void*);
  const char* (*name)(const void*);
  void (*free_name)(char*);
  const char* (*version)(const void*);
  void (*free_version)(char*);
  bool (*is_core)(const void*);
  Priority (*priority)(const void*);
  Slice (*compatible_api_versions)(const void*);
  void (*free_compatible_api_versions)(Slice);
  Slice (*dependencies)(const void*);
  void (*free_dependencies)(Slice);
  Slice (*required_stages)(const void*);
  void (*free_required_stages)(Slice);
  Slice (*conflicts_with)(const void*);
  void (*free_conflicts_with)(Slice);
  Slice (*incompatible_with)(const void*);
  void (*free_incompatible_with)(Slice);
  int32_t (*init)(void*, void*);
  int32_t (*preflight_check)(const void*, const void*);
  int32_t (*register_stages)(const void*, void*);
  int32_t (*shutdown)(void*);
} VTable;

enum { OK = 0, NULL_POINTER = 2, THIRD_PARTY = 4 };

/* What is out at the moment, per kind. */
typedef struct {
  char* name;
  char* version;
  Slice ranges;
  Slice dependencies;
  bool initialised;
} Plugin;

static void insist(bool truth) {
  if (!truth) abort();
}

static void* allocate(size_t size) {
  void* memory = calloc(1, size);
  insist(memory != NULL);
  return memory;
}

static char* duplicate(const char* text) {
  size_t size = strlen(text) + 1;
  return memcpy(allocate(size), text, size);
}

/* The free slots are not told the instance. */
static Plugin* the_plugin;

static void give_string(char** out, const char* text) {
  insist(*out == NULL);
  *out = duplicate(text);
}

static void take_string(char** out, const char* text) {
  insist(text != NULL && *out == text);
  free(*out);
  *out = NULL;
}

static void take_slice(Slice* out, Slice slice) {
  insist(slice.ptr != NULL && slice.ptr == out->ptr && slice.len == out->len);
  out->ptr = NULL;
  out->len = 0;
}

static const char* name(const void* instance) {
  insist(instance == the_plugin);
  give_string(&the_plugin->name, "base-layout-c");
  return the_plugin->name;
}

static void free_name(char* text) { take_string(&the_plugin->name, text); }

static const char* version(const void* instance) {
  insist(instance == the_plugin);
  give_string(&the_plugin->version, "0.3.1");
  return the_plugin->version;
}

static void free_version(char* text) { take_string(&the_plugin->version, text); }

static bool is_core(const void* instance) {
  insist(instance == the_plugin);
  return false;
}

static Priority priority(const void* instance) {
  insist(instance == the_plugin);
  return (Priority){THIRD_PARTY, 155};
}

static Slice compatible_api_versions(const void* instance) {
  insist(instance == the_plugin && the_plugin->ranges.ptr == NULL);
  VersionRange* ranges = allocate(sizeof *ranges);
  ranges[0].constraint = duplicate("0.1");
  the_plugin->ranges = (Slice){ranges, 1};
  return the_plugin->ranges;
}

static void free_compatible_api_versions(Slice slice) {
  take_slice(&the_plugin->ranges, slice);
  VersionRange* ranges = (VersionRange*)slice.ptr;
  for (size_t index = 0; index < slice.len; index++) free((char*)ranges[index].constraint);
  free(ranges);
}

static Slice dependencies(const void* instance) {
  insist(instance == the_plugin && the_plugin->dependencies.ptr == NULL);
  Dependency* items = allocate(2 * sizeof *items);
  items[0] = (Dependency){duplicate("base-layout-rust"), duplicate("0.1"), false};
  items[1] = (Dependency){duplicate("base-layout-absent"), NULL, false};
  the_plugin->dependencies = (Slice){items, 2};
  return the_plugin->dependencies;
}

static void free_dependencies(Slice slice) {
  take_slice(&the_plugin->dependencies, slice);
  Dependency* items = (Dependency*)slice.ptr;
  for (size_t index = 0; index < slice.len; index++) {
    free((char*)items[index].plugin_name);
    free((char*)items[index].version_constraint);
  }
  free(items);
}

static Slice nothing(const void* instance) {
  insist(instance == the_plugin);
  return (Slice){NULL, 0};
}

static void free_nothing(Slice slice) { insist(slice.ptr == NULL && slice.len == 0); }

static int32_t init(void* instance, void* app) {
  insist(instance == the_plugin && !the_plugin->initialised);
  if (app == NULL) return NULL_POINTER;
  the_plugin->initialised = true;
  return OK;
}

static int32_t preflight_check(const void* instance, const void* context) {
  insist(instance == the_plugin && the_plugin->initialised);
  return context != NULL ? OK : NULL_POINTER;
}

static int32_t register_stages(const void* instance, void* registry) {
  insist(instance == the_plugin && !the_plugin->initialised);
  return registry != NULL ? OK : NULL_POINTER;
}

static int32_t shutdown_plugin(void* instance) {
  insist(instance == the_plugin && the_plugin->initialised);
  the_plugin->initialised = false;
  return OK;
}

static void destroy(void* instance) {
  insist(instance == the_plugin && !the_plugin->initialised);
  insist(the_plugin->name == NULL && the_plugin->version == NULL && the_plugin->ranges.ptr == NULL && the_plugin->dependencies.ptr == NULL);
  free(the_plugin);
  the_plugin = NULL;
}

static VTable table = {
    .destroy = destroy,
    .name = name,
    .free_name = free_name,
    .version = version,
    .free_version = free_version,
    .is_core = is_core,
    .priority = priority,
    .compatible_api_versions = compatible_api_versions,
    .free_compatible_api_versions = free_compatible_api_versions,
    .dependencies = dependencies,
    .free_dependencies = free_dependencies,
    .required_stages = nothing,
    .free_required_stages = free_nothing,
    .conflicts_with = nothing,
    .free_conflicts_with = free_nothing,
    .incompatible_with = nothing,
    .free_incompatible_with = free_nothing,
    .init = init,
    .preflight_check = preflight_check,
    .register_stages = register_stages,
    .shutdown = shutdown_plugin,
};

EXPORT VTable* _plugin_init(void) {
  if (the_plugin != NULL) return NULL;
  the_plugin = allocate(sizeof *the_plugin);
  table.instance = the_plugin;
  return &table;
}
