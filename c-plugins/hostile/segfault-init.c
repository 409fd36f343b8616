/* init faults: a good host loses at most the plugin's child process and reports the signal and the operation. */
#include "skeleton.h"

static FfiResult init(const MortiseHost* host) {
  (void)host;
  crash();
}

FIXTURE(.init = init)
