/* Nothing is wrong until the process exits: then a destructor of the library aborts. */
#include "skeleton.h"

__attribute__((destructor)) static void at_exit(void) {
  abort();
}

FIXTURE(.init = NULL)
