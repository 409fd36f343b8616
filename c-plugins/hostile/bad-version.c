/* The version is no semantic version: a good host refuses it, quotes it, and gives it back. */
#include "skeleton.h"

FIXTURE(.version = "1.0-final.really")
