/* In its init it puts the file that FIXTURE_REPLACE_BY names in the place of the one that FIXTURE_REPLACE names, as a careless deployment would. */
#include <stdio.h>

#include "skeleton.h"

static FfiResult init(const MortiseHost* host) {
  (void)host;
  const char* path = getenv("FIXTURE_REPLACE");
  const char* by = getenv("FIXTURE_REPLACE_BY");
  if (path != NULL && by != NULL) rename(by, path);
  return 0;
}

FIXTURE(.init = init)
