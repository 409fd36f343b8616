/* The instance is 0x1, as of a Rust plugin without fields, which is allowed: a good host passes it back as it is and never reads it. */
#include "skeleton.h"

static PluginVTable* entry(PluginVTable* table) {
  table->instance = (void*)(uintptr_t)1;
  return table;
}

FIXTURE(.entry = entry)
