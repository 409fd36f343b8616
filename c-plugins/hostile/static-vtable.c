/* Nothing is wrong: the table is static, so that loading and unloading 10,000 times costs no memory. */
#include "skeleton.h"

static const FfiVersionRange ranges[] = {{"*"}};

FIXTURE(.compatible_api_versions = SLICE(ranges))
