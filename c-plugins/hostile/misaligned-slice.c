/* The items of a slice begin one byte off their alignment: a good host refuses it and gives it back unchanged. */
#include "skeleton.h"

static FfiPluginDependency room[2];

static PluginVTable* entry(PluginVTable* table) {
  const FfiPluginDependency item = {"other", NULL, false};
  memcpy((char*)room + 1, &item, sizeof item);
  return table;
}

FIXTURE(.dependencies = {(const char*)room + 1, 1}, .entry = entry)
