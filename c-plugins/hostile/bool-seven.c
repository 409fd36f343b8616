/* `required` of a dependency is the byte 7, which is no bool: a good host reads an integer, refuses it, and gives the slice back. */
#include "skeleton.h"

static FfiPluginDependency dependencies[] = {{"other", NULL, false}};

static PluginVTable* entry(PluginVTable* table) {
  memset(&dependencies[0].required, 7, 1);
  return table;
}

FIXTURE(.dependencies = SLICE(dependencies), .entry = entry)
