/* Nothing is wrong: ten quick stages counter:s0 … s9, each 4 get and 2 set of the int64 keys c0 … c3; for benchmarks, so nothing is counted. */
#include "skeleton.h"

static FfiResult step(void* state, const MortiseContext* context, MortiseError* error) {
  MortiseValue c0, c1, c2, c3;
  (void)state;
  if (context->get(context, "c0", &c0) != MORTISE_OK || context->get(context, "c1", &c1) != MORTISE_OK || context->get(context, "c2", &c2) != MORTISE_OK ||
      context->get(context, "c3", &c3) != MORTISE_OK) {
    return mortise_fail(error, MORTISE_NOT_FOUND, "c0 … c3 must be set");
  }
  if (c0.tag != MORTISE_INT64 || c1.tag != MORTISE_INT64 || c2.tag != MORTISE_INT64 || c3.tag != MORTISE_INT64) {
    return mortise_fail(error, MORTISE_WRONG_TYPE, "c0 … c3 must be int64");
  }
  c0.as.bits += 1;
  c1.as.bits += c2.as.bits + c3.as.bits;
  FfiResult code = context->set(context, "c0", &c0);
  return code != MORTISE_OK ? code : context->set(context, "c1", &c1);
}

static FfiResult register_stages(const MortiseRegistry* registry) {
  for (int i = 0; i < 10; i++) {
    char id[16];
    snprintf(id, sizeof id, "counter:s%d", i);
    const MortiseStage stage = {sizeof stage, MORTISE_STAGE_QUICK, id, NULL, NULL, NULL, step, NULL, NULL};
    FfiResult code = register_stage(registry, &stage);
    if (code != MORTISE_OK) return code;
  }
  return MORTISE_OK;
}

FIXTURE(.register_stages = register_stages)
RECORD(MORTISE_THREADS_ONE);
