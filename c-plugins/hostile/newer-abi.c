/* The record says ABI minor 99: a good host refuses the file unopened and says what to rebuild or upgrade. */
#include "skeleton.h"

#undef MORTISE_ABI_MINOR
#define MORTISE_ABI_MINOR 99

FIXTURE(.name = FIXTURE_STEM)
RECORD(MORTISE_THREADS_ONE);
