/* The priority has category 9, which does not exist: a good host refuses it. */
#include "skeleton.h"

FIXTURE(.priority = {9, 160})
