/* The manifest gives another name and version than the table: a good host refuses the plugin and quotes both. */
#include "skeleton.h"

FIXTURE(.name = FIXTURE_STEM)
MORTISE_RECORD(MORTISE_LANGUAGE_C, MORTISE_THREADS_ONE, "{\"name\":\"someone-else\",\"version\":\"9.9.9\"}");
