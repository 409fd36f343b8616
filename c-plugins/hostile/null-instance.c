/* The instance is NULL, which is allowed: a good host passes it back as it is and never reads it. */
#include "skeleton.h"

static PluginVTable* entry(PluginVTable* table) {
  table->instance = NULL;
  return table;
}

FIXTURE(.entry = entry)
