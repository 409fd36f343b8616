/* One thing is wrong with mortise.resources/1: the build gives it as BAD. A good host refuses the plugin when it reads the metadata. */
#include "skeleton.h"

enum Bad { ACCESS, TYPE_NULL, UNTERMINATED, TOO_MANY, DESCRIBE_FAILS, ELSEWHERE };

static uint32_t resource_count(const void* instance) {
  if (instance != fixture_table.instance) broken("count", "another instance came in");
  return BAD == TOO_MANY ? 5000 : 2;
}

static FfiResult describe(const void* instance, uint32_t index, MortiseResource* resource) {
  if (instance != fixture_table.instance) broken("describe", "another instance came in");
  if (resource->size != sizeof *resource) broken("describe", "size is not that of the struct");
  resource->type = "file";
  resource->identifier = "/var/lib/good";
  resource->access = MORTISE_SHARED_READ;
  if (index == 0) return MORTISE_OK;
  if (BAD == DESCRIBE_FAILS) return MORTISE_ERR;
  if (BAD == ACCESS) resource->access = 9;
  if (BAD == TYPE_NULL) resource->type = NULL;
  if (BAD == UNTERMINATED) resource->identifier = memcpy(guarded_end(4) - 4, "/var", 4);
  return MORTISE_OK;
}

const void* mortise_plugin_extension(const char* id) {
  static MortiseResourcesExtension table = {sizeof table, 0, resource_count, describe};
  if (strcmp(id, MORTISE_EXT_RESOURCES) != 0) return NULL;
  if (BAD == ELSEWHERE) {
    char* memory = malloc(64);
    memcpy(&table.describe, &memory, sizeof memory);
  }
  return &table;
}

FIXTURE()
