/* The name has no NUL before the unreadable page behind it: a good host refuses it without a fault, and gives it back. */
#include "skeleton.h"

static PluginVTable* entry(PluginVTable* table) {
  if (fixture.name == NULL) fixture.name = guarded_copy("unterminated", strlen("unterminated"));
  return table;
}

FIXTURE(.entry = entry)
