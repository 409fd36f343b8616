/* While it is opened, another file takes the place of its own: FIXTURE_REPLACE_BY in that of FIXTURE_REPLACE. */
#include <stdio.h>

#include "skeleton.h"

__attribute__((constructor)) static void replace(void) {
  const char* path = getenv("FIXTURE_REPLACE");
  const char* by = getenv("FIXTURE_REPLACE_BY");
  if (path != NULL && by != NULL) rename(by, path);
}

FIXTURE(.init = 0)
