/* store: offers a service, says what it uses outside itself, and why it failed. It has no stages. */
#include "store.h"

#include <stdatomic.h>
#include <string.h>

#include "mortise.h"

MORTISE_RECORD(MORTISE_LANGUAGE_C, MORTISE_THREADS_SAFE, "{\"name\":\"store\",\"version\":\"1.0.0\",\"description\":\"Keeps a number.\"}");

typedef struct Plugin {
  char failure[128]; /* why the last call of a base slot failed */
  size_t failure_length;
} Plugin;

static Plugin plugin;
static _Atomic int64_t number;

/* ---- why it failed ---- */

static FfiResult fail(Plugin* self, FfiResult code, const char* why) {
  MortiseText text = {self->failure, sizeof(self->failure), 0};
  mortise_text_set(&text, why, strlen(why));
  self->failure_length = (size_t)text.length;
  return code;
}

static void last_message(const void* instance, MortiseText* message) {
  Plugin* self = instance != NULL ? (Plugin*)instance : &plugin; /* NULL: before there is an instance, and after it */
  mortise_text_set(message, self->failure, self->failure_length);
  self->failure_length = 0;
}

static const MortiseErrorExtension errors = {sizeof(MortiseErrorExtension), 0, last_message};

/* ---- what it offers to other plugins ---- */

static int64_t get(void) { return atomic_load(&number); }

static void add(int64_t by) { atomic_fetch_add(&number, by); }

static const Store store = {sizeof(Store), 0, get, add};

static uint32_t count_services(const void* instance) {
  (void)instance;
  return 1;
}

static FfiResult describe_service(const void* instance, uint32_t index, MortiseService* service) {
  (void)instance;
  (void)index;
  service->name = STORE_SERVICE;
  service->version = "1.0.0";
  service->table = &store; /* static: others may still call it while this plugin shuts down */
  return MORTISE_OK;
}

static const MortiseServicesExtension services = {sizeof(MortiseServicesExtension), 0, count_services, describe_service};

/* ---- what it uses outside itself ---- */

static uint32_t count_resources(const void* instance) {
  (void)instance;
  return 1;
}

static FfiResult describe_resource(const void* instance, uint32_t index, MortiseResource* resource) {
  (void)instance;
  (void)index;
  resource->type = "port";
  resource->identifier = "8080";
  resource->access = MORTISE_PROVIDES_UNIQUE; /* another plugin that provides this port conflicts with this one */
  return MORTISE_OK;
}

static const MortiseResourcesExtension resources = {sizeof(MortiseResourcesExtension), 0, count_resources, describe_resource};

/* ---- how the host finds all of these ---- */

MORTISE_EXPORT const void* mortise_plugin_extension(const char* id) {
  if (strcmp(id, MORTISE_EXT_ERROR) == 0) return &errors;
  if (strcmp(id, MORTISE_EXT_SERVICES) == 0) return &services;
  if (strcmp(id, MORTISE_EXT_RESOURCES) == 0) return &resources;
  return NULL;
}

/* ---- lifecycle ---- */

static FfiResult init(void* instance, void* app) {
  const MortiseHost* host = (const MortiseHost*)app;
  MortiseValue first;
  FfiResult found = host->config(host, "first", &first);
  if (found == MORTISE_NOT_FOUND) return MORTISE_OK;
  if (found != MORTISE_OK || first.tag != MORTISE_DOUBLE)
    return fail((Plugin*)instance, MORTISE_INVALID_DATA, "the option `first` must be a number");
  atomic_store(&number, (int64_t)first.as.number);
  return MORTISE_OK;
}

static FfiResult succeed(void* instance) {
  (void)instance;
  return MORTISE_OK;
}

static FfiResult preflight_check(const void* instance, const void* context) {
  (void)instance;
  (void)context;
  return MORTISE_OK;
}

static FfiResult register_stages(const void* instance, void* registry) {
  (void)instance;
  (void)registry;
  return MORTISE_OK;
}

static void destroy(void* instance) { (void)instance; }

/* ---- metadata ---- */

static const char* name(const void* instance) {
  (void)instance;
  return "store";
}

static const char* version(const void* instance) {
  (void)instance;
  return "1.0.0";
}

static void free_text(char* text) { (void)text; }

static bool is_core(const void* instance) {
  (void)instance;
  return false;
}

static FfiPluginPriority priority(const void* instance) {
  FfiPluginPriority third_party = {FFI_PRIORITY_THIRD_PARTY, 175};
  (void)instance;
  return third_party;
}

static FfiSlice none(const void* instance) {
  FfiSlice empty = {NULL, 0};
  (void)instance;
  return empty;
}

static void free_slice(FfiSlice slice) { (void)slice; }

static PluginVTable table = {
    .instance = &plugin,
    .destroy = destroy,
    .name = name,
    .free_name = free_text,
    .version = version,
    .free_version = free_text,
    .is_core = is_core,
    .priority = priority,
    .compatible_api_versions = none,
    .free_compatible_api_versions = free_slice,
    .dependencies = none,
    .free_dependencies = free_slice,
    .required_stages = none,
    .free_required_stages = free_slice,
    .conflicts_with = none,
    .free_conflicts_with = free_slice,
    .incompatible_with = none,
    .free_incompatible_with = free_slice,
    .init = init,
    .preflight_check = preflight_check,
    .register_stages = register_stages,
    .shutdown = succeed,
};

MORTISE_EXPORT PluginVTable* _plugin_init(void) {
  plugin.failure_length = 0;
  atomic_store(&number, 0);
  return &table;
}
