/* preflight_check tries to set and to remove a key; the counters set and remove are the codes that it got. */
#include "skeleton.h"

static FfiResult preflight_check(const MortiseContext* context) {
  note("set", set_int64(context, "written", 1));
  note("remove", context->remove(context, "written"));
  note("stage_is_null", context->stage_id == NULL);
  note("mode", context->mode);
  return 0;
}

FIXTURE(.preflight_check = preflight_check)
