/* The plugin tries ids that are against the grammar: a good host answers MORTISE_INVALID_DATA or MORTISE_UTF8_ERROR to each (counter accepted stays 0). */
#include "skeleton.h"

static FfiResult register_stages(const MortiseRegistry* registry) {
  static char long_id[MORTISE_MAX_STAGE_ID + 2];
  memset(long_id, 'a', sizeof long_id - 1);
  long_id[2] = ':';
  const char* const ids[] = {"",        "stage",       ":",          "bad:",       ":bad",       "a:b:c",  "Bad:stage", "bad:Stage",
                             "bad stage:a", ".bad:stage", "bad:-stage", "bad/stage:a", "b\xc3\xa4" "d:a", "bad:\xff", "bad:stage\n",  long_id};
  FfiResult code = MORTISE_OK;
  for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
    Stage stage = {ids[i], NULL, 0};
    MortiseStage made = stage_struct(&stage);
    made.state = NULL;
    made.destroy = NULL;
    code = register_stage(registry, &made);
    count(code == MORTISE_OK ? "accepted" : "refused");
    note("code", code);
  }
  return code;
}

FIXTURE(.register_stages = register_stages)
RECORD(MORTISE_THREADS_ONE);
