/* _plugin_init returns NULL and no reason can be asked for: a good host reports that the plugin cannot run, without a message. */
#include "skeleton.h"

static PluginVTable* entry(PluginVTable* table) {
  (void)table;
  return NULL;
}

FIXTURE(.entry = entry)
