/* register_stages fails at once: a good host reports the message and destroys the instance, without init. */
#define WITH_ERROR_MESSAGES
#include "skeleton.h"

static FfiResult register_stages(const MortiseRegistry* registry) {
  (void)registry;
  return fail("no stages today");
}

FIXTURE(.register_stages = register_stages)
