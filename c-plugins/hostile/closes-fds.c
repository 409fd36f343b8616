/* init closes the descriptors 3 to 20, whoever's they are: a good host loses at most the plugin's child process, and says that it is gone. */
#include "skeleton.h"

static FfiResult init(const MortiseHost* host) {
  (void)host;
  for (int file = 3; file <= 20; file++) close(file);
  return MORTISE_OK;
}

FIXTURE(.init = init)
