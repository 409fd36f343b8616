/* The priority is third_party with value 5, outside its band: a good host warns and takes it, since existing plugins without a record do so. */
#include "skeleton.h"

FIXTURE(.priority = {FFI_PRIORITY_THIRD_PARTY, 5})
