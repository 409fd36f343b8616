/* The record says that the plugin needs ABI minor 99: a good host refuses the file unopened and says what to rebuild or upgrade. */
#define MORTISE_ABI_MINOR_NEEDED 99
#include "skeleton.h"

FIXTURE(.name = FIXTURE_STEM)
RECORD(MORTISE_THREADS_ONE);
