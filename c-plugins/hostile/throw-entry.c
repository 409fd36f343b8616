/* A C++ exception leaves _plugin_init, which ends the process: a good host loses at most a child process. */
#include "skeleton.h"

void fixture_throw(const char* message);

static PluginVTable* entry(PluginVTable* table) {
  fixture_throw("thrown in _plugin_init");
  return table;
}

FIXTURE(.entry = entry)
