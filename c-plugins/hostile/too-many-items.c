/* A slice has 5000 good items, over MORTISE_MAX_ITEMS: a good host refuses it and gives it back unchanged. */
#include "skeleton.h"

static const char* items[5000];

static PluginVTable* entry(PluginVTable* table) {
  for (size_t i = 0; i < 5000; i++) items[i] = "other";
  return table;
}

FIXTURE(.conflicts_with = SLICE(items), .entry = entry)
