/* A slice claims SIZE_MAX / 16 items: a good host refuses it before it multiplies or allocates, and gives it back unchanged. */
#include "skeleton.h"

static const FfiPluginDependency items[] = {{"other", NULL, false}};

FIXTURE(.dependencies = {items, SIZE_MAX / 16})
