/*
 * Ranges of versions in npm's grammar, as the npm package `semver` (not loose, pre-releases by their own rule) understands them, quirks included, so that C and
 * JavaScript never disagree on who may use what. In addition a comma means AND: what stands between commas, or a comma and `||`, is a range by itself, and not empty.
 */
#ifndef MORTISE_RANGE_H
#define MORTISE_RANGE_H

#include "version.h"

#define RANGE_MAX_LENGTH 1024 /* bytes; a longer one is malformed */

typedef enum RangeAnswer { RANGE_MALFORMED = -1, RANGE_OUTSIDE = 0, RANGE_INSIDE = 1 } RangeAnswer;

/* Whether version lies within the NUL-terminated range. Allocates nothing. */
RangeAnswer range_test(const char* range, const Version* version);

#endif
