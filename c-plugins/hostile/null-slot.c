/* One slot of the table, named by the build (-DSLOT=…), is NULL: a good host refuses the table, names the slot and calls nothing. */
#include "skeleton.h"

static PluginVTable* entry(PluginVTable* table) {
  table->SLOT = NULL;
  return table;
}

FIXTURE(.entry = entry)
