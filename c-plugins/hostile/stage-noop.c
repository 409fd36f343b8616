/* Nothing is wrong: a hundred quick stages noop:s0 … s99 that do nothing; for benchmarks, so nothing is counted. */
#include "skeleton.h"

static FfiResult noop(void* state, const MortiseContext* context, MortiseError* error) {
  (void)state;
  (void)context;
  (void)error;
  return MORTISE_OK;
}

static FfiResult register_stages(const MortiseRegistry* registry) {
  for (int i = 0; i < 100; i++) {
    char id[16];
    snprintf(id, sizeof id, "noop:s%d", i);
    const MortiseStage stage = {sizeof stage, MORTISE_STAGE_QUICK, id, NULL, NULL, NULL, noop, NULL, NULL};
    FfiResult code = register_stage(registry, &stage);
    if (code != MORTISE_OK) return code;
  }
  return MORTISE_OK;
}

FIXTURE(.register_stages = register_stages)
RECORD(MORTISE_THREADS_ONE);
