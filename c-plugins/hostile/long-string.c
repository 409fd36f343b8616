/* A version constraint is 70 KiB long, over MORTISE_MAX_STRING: a good host refuses it without copying it all, and gives the slice back. */
#include "skeleton.h"

static char constraint[70 * 1024 + 1];
static const FfiVersionRange ranges[] = {{constraint}};

static PluginVTable* entry(PluginVTable* table) {
  memset(constraint, ' ', sizeof constraint - 1);
  constraint[0] = '*';
  return table;
}

FIXTURE(.compatible_api_versions = SLICE(ranges), .entry = entry)
