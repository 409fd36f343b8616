/* init calls exit(0): a good host does not take the clean exit of a child process for success. */
#include "skeleton.h"

static FfiResult init(const MortiseHost* host) {
  (void)host;
  exit(0);
}

FIXTURE(.init = init)
