/* Nothing is wrong until the process exits: then a destructor of the library never returns. */
#include "skeleton.h"

__attribute__((destructor)) static void at_exit(void) {
  for (;;) sleep_ms(1000);
}

FIXTURE(.init = NULL)
