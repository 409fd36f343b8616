/* The table is an older layout of 18 slots at the very end of readable memory: a good host refuses it without a fault, and calls nothing. */
#include "skeleton.h"

static PluginVTable* entry(PluginVTable* table) {
  static void* older;
  const void* slots[18];
  memcpy(slots, table, 14 * sizeof slots[0]);             /* instance … free_required_stages */
  memcpy(slots + 14, &table->init, 4 * sizeof slots[0]);  /* init … shutdown: no conflicts_with, no incompatible_with */
  if (older == NULL) older = guarded_copy(slots, sizeof slots);
  return older;
}

FIXTURE(.entry = entry)
