/* The name holds a byte that is never UTF-8: a good host refuses it, quotes it safely, and gives it back. */
#include "skeleton.h"

FIXTURE(.name = "bad\xffname")
