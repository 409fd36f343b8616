/* is_core returns the byte 2, which is no bool: a good host reads an integer and refuses it. */
#include "skeleton.h"

static uint8_t is_core(const void* instance) {
  called("is_core", instance);
  return 2;
}

static PluginVTable* entry(PluginVTable* table) {
  table->is_core = (bool (*)(const void*))(void (*)(void))is_core;
  return table;
}

FIXTURE(.entry = entry)
