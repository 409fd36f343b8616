/* One slot points to memory from malloc: a good host refuses the table, because that is not executable memory of a file. */
#include "skeleton.h"

static PluginVTable* entry(PluginVTable* table) {
  static void* block;
  if (block == NULL) block = malloc(64);
  if (block == NULL) abort();
  memset(block, 0xc3, 64);
  memcpy(&table->preflight_check, &block, sizeof block);
  return table;
}

FIXTURE(.entry = entry)
