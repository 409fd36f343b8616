/* _plugin_init returns NULL and mortise.error/1 serves the reason to a NULL instance: a good host reports that text. */
#define WITH_ERROR_MESSAGES
#include "skeleton.h"

static PluginVTable* entry(PluginVTable* table) {
  (void)table;
  fail("no licence for this machine");
  return NULL;
}

FIXTURE(.entry = entry)
