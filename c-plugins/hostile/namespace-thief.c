/* The plugin registers text:steal, in the namespace of the plugin text: a good host refuses whichever of the two comes second. */
#include "skeleton.h"

static const Stage stages[] = {{.id = "text:steal"}, {0}};

FIXTURE(.stages = stages)
RECORD(MORTISE_THREADS_ONE);
