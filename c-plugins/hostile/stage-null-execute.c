/* A stage has no execute: a good host answers MORTISE_NULL_POINTER (counter code), which this plugin passes on. */
#include "skeleton.h"

static const Stage stage = {.id = FIXTURE_STEM ":run"};

static FfiResult register_stages(const MortiseRegistry* registry) {
  MortiseStage made = stage_struct(&stage);
  made.execute = NULL;
  FfiResult code = register_stage(registry, &made);
  note("code", code);
  return code;
}

FIXTURE(.register_stages = register_stages)
RECORD(MORTISE_THREADS_ONE);
