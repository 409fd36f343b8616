/* preflight_check fails: a good host disables the plugin, then calls shutdown and destroy. */
#define WITH_ERROR_MESSAGES
#include "skeleton.h"

static FfiResult preflight_check(const MortiseContext* context) {
  (void)context;
  return fail("not on this machine");
}

FIXTURE(.preflight_check = preflight_check)
