/* One slot points to a variable of the library: a good host refuses the table, because that is not executable memory. */
#include "skeleton.h"

static uint64_t variable[2] = {0xc3c3c3c3c3c3c3c3u, 0};

static PluginVTable* entry(PluginVTable* table) {
  void* address = variable;
  memcpy(&table->preflight_check, &address, sizeof address);
  return table;
}

FIXTURE(.entry = entry)
