/* The record says ABI major 2: a good host refuses the file unopened and says which versions both sides have. */
#include "skeleton.h"

#undef MORTISE_ABI_MAJOR
#define MORTISE_ABI_MAJOR 2

FIXTURE(.name = FIXTURE_STEM)
RECORD(MORTISE_THREADS_ONE);
