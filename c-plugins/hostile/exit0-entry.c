/* _plugin_init calls exit(0): a good host does not take the clean exit of a child process for success. */
#include "skeleton.h"

static PluginVTable* entry(PluginVTable* table) {
  (void)table;
  exit(0);
}

FIXTURE(.entry = entry)
