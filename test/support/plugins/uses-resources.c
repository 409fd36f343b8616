/* Declares three resources. Their strings are overwritten at destroy: who keeps pointers instead of copies shows it. */
#include "skeleton.h"

static char type[] = "file", path[] = "/var/lib/caf\xC3\xA9";

static const struct {
  const char *type, *identifier;
  uint32_t access;
} resources[] = {{type, path, MORTISE_EXCLUSIVE_WRITE}, {"port", "8080", MORTISE_PROVIDES_UNIQUE}, {"device", "", MORTISE_SHARED_WRITE}};

static uint32_t resource_count(const void* instance) {
  (void)instance;
  count("counted");
  return sizeof resources / sizeof resources[0];
}

static FfiResult describe(const void* instance, uint32_t index, MortiseResource* resource) {
  (void)instance;
  count("described");
  resource->type = resources[index].type;
  resource->identifier = resources[index].identifier;
  resource->access = resources[index].access;
  return 0;
}

static const MortiseResourcesExtension extension = {sizeof extension, 0, resource_count, describe};

const void* mortise_plugin_extension(const char* id) {
  if (strcmp(id, MORTISE_EXT_RESOURCES) != 0) return NULL;
  count("asked");
  return &extension;
}

static void destroy(void) {
  memset(type, '?', sizeof type - 1);
  memset(path, '?', sizeof path - 1);
}

FIXTURE(.destroy = destroy)
