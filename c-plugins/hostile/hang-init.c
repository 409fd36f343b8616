/* init never returns: a good host gives up on the plugin's child process after a deadline and kills it. */
#include "skeleton.h"

static FfiResult init(const MortiseHost* host) {
  (void)host;
  for (;;) sleep_ms(1000);
  return MORTISE_OK;
}

FIXTURE(.init = init)
