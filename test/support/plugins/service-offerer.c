/* The plugin offers-VERSION offers the service "store" in that version. Its one function, answer, returns major * 10000 + minor * 100 + patch while the plugin is initialised, else -1. */
#include "skeleton.h"

typedef struct Store {
  uint32_t size;
  uint32_t reserved;
  int64_t (*answer)(void);
} Store;

static int initialised;

static int64_t answer(void) {
  int major = 0, minor = 0, patch = 0;
  sscanf(FIXTURE_STEM, "offers-%d.%d.%d", &major, &minor, &patch);
  return initialised ? major * 10000 + minor * 100 + patch : -1;
}

static const Store store = {sizeof store, 0, answer};

static uint32_t service_count(const void* instance) {
  (void)instance;
  return 1;
}

static FfiResult describe(const void* instance, uint32_t index, MortiseService* service) {
  (void)instance;
  (void)index;
  service->name = "store";
  service->version = FIXTURE_STEM + strlen("offers-");
  service->table = &store;
  count("described");
  return 0;
}

static const MortiseServicesExtension services = {sizeof services, 0, service_count, describe};

const void* mortise_plugin_extension(const char* id) {
  return strcmp(id, MORTISE_EXT_SERVICES) == 0 ? &services : NULL;
}

static FfiResult init(const MortiseHost* host) {
  (void)host;
  initialised = 1;
  return 0;
}

static FfiResult preflight_check(const MortiseContext* context) {
  (void)context;
  return getenv("FIXTURE_FAIL_PREFLIGHT") != NULL ? 1 : 0;
}

static FfiResult shutdown_ends(void) {
  initialised = 0;
  return getenv("FIXTURE_FAIL_SHUTDOWN") != NULL ? 1 : 0;
}

FIXTURE(.init = init, .preflight_check = preflight_check, .shutdown = shutdown_ends)
