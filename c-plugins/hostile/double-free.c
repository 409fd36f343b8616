/* free_name frees its argument twice, and the C library aborts: a good host loses at most a child process and reports the signal. */
#include "skeleton.h"

static const char* name(const void* instance) {
  called("name", instance);
  return strdup(FIXTURE_STEM);
}

static void free_name(char* text) {
  void (*volatile release)(void*) = free; /* volatile: or the compiler proves the mistake */
  log_call("free_name", NULL);
  release(text);
  release(text);
}

static PluginVTable* entry(PluginVTable* table) {
  table->name = name;
  table->free_name = free_name;
  return table;
}

FIXTURE(.entry = entry)
