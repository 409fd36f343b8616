/* The stage struct is of a later minor version, 256 bytes long, right before unreadable memory: a good host takes it and ignores what it does not know. */
#include "skeleton.h"

static const Stage stage = {.id = FIXTURE_STEM ":run"};

static FfiResult register_stages(const MortiseRegistry* registry) {
  unsigned char later[256];
  MortiseStage made = stage_struct(&stage);
  made.size = sizeof later;
  memset(later, 0xa5, sizeof later);
  memcpy(later, &made, sizeof made);
  FfiResult code = register_stage(registry, guarded_copy(later, sizeof later));
  note("code", code);
  return code;
}

FIXTURE(.register_stages = register_stages)
RECORD(MORTISE_THREADS_ONE);
