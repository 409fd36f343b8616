/* Registers a stage with a bad id, and passes no MortiseError: the reason is the host's to tell. */
#include "skeleton.h"

static FfiResult run(const MortiseContext* context, MortiseError* error) {
  (void)context;
  (void)error;
  return 0;
}

static FfiResult register_stages(const MortiseRegistry* registry) {
  MortiseStage stage = {sizeof stage, 0, "greet", NULL, NULL, NULL, NULL, NULL, NULL};
  stage.execute = (FfiResult(*)(void*, const MortiseContext*, MortiseError*))run;
  return registry->register_stage(registry, &stage, NULL);
}

FIXTURE(.register_stages = register_stages)
