/* The name is a new block each time and free_name frees nothing: the plugin leaks, a good host calls free_name once and is not to blame. */
#include "skeleton.h"

static const char* name(const void* instance) {
  char* text = strdup(FIXTURE_STEM);
  called("name", instance);
  given(&fixture_held_name, "name", text, 0);
  return text;
}

static PluginVTable* entry(PluginVTable* table) {
  table->name = name;
  return table;
}

FIXTURE(.entry = entry)
