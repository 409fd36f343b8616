/* Offers the service "store" in version 1.3.0, whatever its own name, and before it one that nobody else has. */
#include "skeleton.h"

static const uint32_t table[2] = {sizeof table, 0};

static uint32_t service_count(const void* instance) {
  (void)instance;
  return 2;
}

static FfiResult describe(const void* instance, uint32_t index, MortiseService* service) {
  (void)instance;
  service->name = index == 0 ? FIXTURE_STEM : "store";
  service->version = "1.3.0";
  service->table = table;
  return 0;
}

static const MortiseServicesExtension services = {sizeof services, 0, service_count, describe};

const void* mortise_plugin_extension(const char* id) {
  return strcmp(id, MORTISE_EXT_SERVICES) == 0 ? &services : NULL;
}

FIXTURE()
