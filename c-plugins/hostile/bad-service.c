/* One thing is wrong with mortise.services/1: the build gives it as BAD. A good host refuses the plugin after init, or earlier, and then shuts it down if it had begun. */
#include "skeleton.h"

enum Bad { TABLE_NULL, TABLE_MISALIGNED, TABLE_UNREADABLE, TABLE_TOO_SHORT, TABLE_CUT, NAME, VERSION, FLAGS, TWICE, DESCRIBE_FAILS, TOO_MANY, ELSEWHERE };

static const struct {
  uint32_t size, one;
} good = {8, 1}, too_short = {3, 1}, long_one = {64, 1};

static int initialised;

static uint32_t service_count(const void* instance) {
  if (instance != fixture_table.instance) broken("count", "another instance came in");
  if (!initialised) broken("count", "called before init had returned");
  return BAD == TOO_MANY ? 5000 : 2;
}

static FfiResult describe(const void* instance, uint32_t index, MortiseService* service) {
  static uint32_t words[4] = {8, 8, 8, 8};
  if (instance != fixture_table.instance) broken("describe", "another instance came in");
  if (service->size != sizeof *service) broken("describe", "size is not that of the struct");
  service->name = index == 0 || BAD == TWICE ? "com.example.good" : "com.example.other";
  service->version = "1.2.3";
  service->table = &good;
  if (index == 0) return MORTISE_OK;
  if (BAD == DESCRIBE_FAILS) return MORTISE_ERR;
  if (BAD == TABLE_NULL) service->table = NULL;
  if (BAD == TABLE_MISALIGNED) service->table = (char*)words + ((uintptr_t)words % 8 == 0 ? 4 : 0);
  if (BAD == TABLE_UNREADABLE) service->table = guarded_end(8);
  if (BAD == TABLE_TOO_SHORT) service->table = &too_short;
  if (BAD == TABLE_CUT) service->table = guarded_copy(&long_one, sizeof long_one);
  if (BAD == NAME) service->name = "../evil";
  if (BAD == VERSION) service->version = "1.2";
  if (BAD == FLAGS) service->flags = 4;
  return MORTISE_OK;
}

const void* mortise_plugin_extension(const char* id) {
  static MortiseServicesExtension table = {sizeof table, 0, service_count, describe};
  if (strcmp(id, MORTISE_EXT_SERVICES) != 0) return NULL;
  if (BAD == ELSEWHERE) {
    char* memory = malloc(64);
    memcpy(&table.count, &memory, sizeof memory);
  }
  return &table;
}

static FfiResult init(const MortiseHost* host) {
  (void)host;
  initialised = 1;
  return MORTISE_OK;
}

static void destroy(void) {
  initialised = 0;
}

FIXTURE(.init = init, .destroy = destroy)
