/* free_name is the C library's free, a library that this one needs: a good host allows it with a warning, and calls it once. */
#include "skeleton.h"

static const char* name(const void* instance) {
  called("name", instance);
  count("given:name");
  return strdup(FIXTURE_STEM);
}

static PluginVTable* entry(PluginVTable* table) {
  table->name = name;
  table->free_name = (void (*)(char*))(void (*)(void))free;
  return table;
}

FIXTURE(.entry = entry)
