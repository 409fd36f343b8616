/* A stage has a flag that does not exist: a good host answers MORTISE_INVALID_DATA (counter code), which this plugin passes on. */
#include "skeleton.h"

static const Stage stage = {.id = FIXTURE_STEM ":run", .flags = 0x80000000u};

static FfiResult register_stages(const MortiseRegistry* registry) {
  MortiseStage made = stage_struct(&stage);
  FfiResult code = register_stage(registry, &made);
  note("code", code);
  return code;
}

FIXTURE(.register_stages = register_stages)
RECORD(MORTISE_THREADS_ONE);
