/* The name has 65 characters, one too many: a good host refuses it and gives it back. */
#include "skeleton.h"

FIXTURE(.name = "n1234567890123456789012345678901234567890123456789012345678901234")
