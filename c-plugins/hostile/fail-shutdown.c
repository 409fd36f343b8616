/* shutdown fails: a good host reports it and goes on to destroy, without calling shutdown again. */
#define WITH_ERROR_MESSAGES
#include "skeleton.h"

static FfiResult shutdown_fails(void) {
  return fail("a file could not be written");
}

FIXTURE(.shutdown = shutdown_fails)
