/* init writes to descriptor 3 what a first look does not expect there, without a line feed at the end. */
#include "skeleton.h"

static FfiResult init(const MortiseHost* host) {
  (void)host;
  static const char text[] = "{\"step\":\"nonsense\"}\n[[[\nnull\n{\"step\":";
  return write(3, text, sizeof text - 1) > 0 ? MORTISE_OK : MORTISE_ERR;
}

FIXTURE(.init = init)
