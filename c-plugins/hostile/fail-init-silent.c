/* init fails without a message: a good host reports the code, does not call shutdown, and destroys the instance. */
#include "skeleton.h"

static FfiResult init(const MortiseHost* host) {
  (void)host;
  return MORTISE_INVALID_DATA;
}

FIXTURE(.init = init)
