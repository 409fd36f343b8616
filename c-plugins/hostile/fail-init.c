/* init fails and leaves a message: a good host reports it, does not call shutdown, and destroys the instance. */
#define WITH_ERROR_MESSAGES
#include "skeleton.h"

static FfiResult init(const MortiseHost* host) {
  (void)host;
  return fail("the licence server does not answer");
}

FIXTURE(.init = init)
