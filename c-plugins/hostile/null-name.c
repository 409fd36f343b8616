/* name returns NULL: a good host refuses the plugin, does not call free_name, and destroys the instance. */
#include "skeleton.h"

FIXTURE(.name = nothing)
