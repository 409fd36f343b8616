/* A constructor of the library faults while it is opened: a good host loses at most a child process and reports the signal. */
#include "skeleton.h"

__attribute__((constructor)) static void constructor(void) {
  crash();
}

FIXTURE(.name = FIXTURE_STEM)
