/* The manifest in the record is no JSON: a good host refuses the file unopened. */
#include "skeleton.h"

FIXTURE(.name = FIXTURE_STEM)
MORTISE_RECORD(MORTISE_LANGUAGE_C, MORTISE_THREADS_ONE, "{\"name\":\"bad-manifest\",");
