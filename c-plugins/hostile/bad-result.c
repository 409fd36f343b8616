/* init returns 99, which is no result code: a good host takes it as a failure, names the number, and rolls back. */
#include "skeleton.h"

static FfiResult init(const MortiseHost* host) {
  (void)host;
  return 99;
}

FIXTURE(.init = init)
