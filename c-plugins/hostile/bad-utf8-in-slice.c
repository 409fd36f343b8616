/* A name inside a slice is an encoded surrogate: a good host refuses the whole slice, never an empty list, and gives it back. */
#include "skeleton.h"

static const char* const conflicts[] = {"good", "bad\xed\xa0\x80"};

FIXTURE(.conflicts_with = SLICE(conflicts))
