/* _plugin_init aborts, as a Rust panic that leaves it does: a good host loses at most a child process and reports the signal. */
#include "skeleton.h"

static PluginVTable* entry(PluginVTable* table) {
  (void)table;
  fputs("\nthread 'main' panicked at src/lib.rs:7:5:\npanic in a function that cannot unwind\n", stderr);
  abort();
}

FIXTURE(.entry = entry)
