/* The name is a path: a good host refuses it by the grammar of names, before it is used for anything, and gives it back. */
#include "skeleton.h"

FIXTURE(.name = "../../etc/passwd")
