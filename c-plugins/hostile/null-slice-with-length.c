/* A slice is {NULL, 3}: a good host refuses it and gives it back unchanged. */
#include "skeleton.h"

FIXTURE(.required_stages = {NULL, 3})
