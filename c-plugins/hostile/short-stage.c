/* The stage struct ends after execute, right before unreadable memory: a good host takes it, and reads no further than its size says. */
#include "skeleton.h"

static const Stage stage = {.id = FIXTURE_STEM ":run"};

static FfiResult register_stages(const MortiseRegistry* registry) {
  MortiseStage made = stage_struct(&stage);
  made.size = (uint32_t)MORTISE_END_OF(MortiseStage, execute);
  FfiResult code = register_stage(registry, guarded_copy(&made, made.size));
  note("code", code);
  return code;
}

FIXTURE(.register_stages = register_stages)
RECORD(MORTISE_THREADS_ONE);
