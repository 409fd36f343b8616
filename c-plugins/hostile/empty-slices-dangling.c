/* Every slice is empty with a dangling pointer, which is allowed: a good host reads none of them and gives each back once, unchanged. */
#include "skeleton.h"

#define DANGLING(address) {(const void*)(uintptr_t)(address), 0}

FIXTURE(.compatible_api_versions = DANGLING(0x8),
        .dependencies = DANGLING(0x8),
        .required_stages = DANGLING(0x1),
        .conflicts_with = DANGLING(0x8),
        .incompatible_with = DANGLING(0x1))
