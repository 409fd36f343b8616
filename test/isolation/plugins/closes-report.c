/* init closes descriptor 3, on which a first look reports, and takes its time. */
#include "skeleton.h"

static FfiResult init(const MortiseHost* host) {
  (void)host;
  close(3);
  sleep_ms(20000);
  return MORTISE_OK;
}

FIXTURE(.init = init)
