/* version returns NULL: a good host refuses the plugin, gives back the name but no version, and destroys the instance. */
#include "skeleton.h"

FIXTURE(.version = nothing)
