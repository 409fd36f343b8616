/* The plugin registers one id twice and goes on: a good host answers MORTISE_EXISTS (counter code) and destroys the first stage only. */
#include "skeleton.h"

static const Stage stages[] = {{.id = FIXTURE_STEM ":run"}, {0}};

static FfiResult register_stages(const MortiseRegistry* registry) {
  MortiseStage again = stage_struct(stages);
  note("code", register_stage(registry, &again));
  return MORTISE_OK;
}

FIXTURE(.stages = stages, .register_stages = register_stages)
RECORD(MORTISE_THREADS_ONE);
