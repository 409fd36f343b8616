/* A stage's execute points to a variable of the library: a good host refuses it at registration, for it may never be called. */
#include "skeleton.h"

static uint64_t variable[2] = {0xc3c3c3c3c3c3c3c3u, 0};
static const Stage stage = {.id = FIXTURE_STEM ":run"};

static FfiResult register_stages(const MortiseRegistry* registry) {
  MortiseStage made = stage_struct(&stage);
  void* address = variable;
  memcpy(&made.execute, &address, sizeof address);
  FfiResult code = register_stage(registry, &made);
  note("code", code);
  return code;
}

FIXTURE(.register_stages = register_stages)
RECORD(MORTISE_THREADS_ONE);
