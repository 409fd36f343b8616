/* Every slice is {NULL, 0}, which is allowed: a good host takes them as empty and gives each back once. */
#include "skeleton.h"

FIXTURE(.compatible_api_versions = {NULL, 0},
        .dependencies = {NULL, 0},
        .required_stages = {NULL, 0},
        .conflicts_with = {NULL, 0},
        .incompatible_with = {NULL, 0})
