/* init prints 64 MiB, more than any pipe or buffer holds. */
#include "skeleton.h"

static FfiResult init(const MortiseHost* host) {
  (void)host;
  static char block[65536];
  memset(block, 'x', sizeof block);
  for (int i = 0; i < 1024; i++) {
    if (fwrite(block, 1, sizeof block, stdout) != sizeof block) return MORTISE_ERR;
  }
  fputs("the end", stdout);
  fflush(stdout);
  return MORTISE_OK;
}

FIXTURE(.init = init)
