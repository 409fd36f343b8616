/* _plugin_init never returns: a good host gives up on a child process after a deadline and kills it. */
#include "skeleton.h"

static PluginVTable* entry(PluginVTable* table) {
  for (;;) sleep_ms(1000);
  return table;
}

FIXTURE(.entry = entry)
