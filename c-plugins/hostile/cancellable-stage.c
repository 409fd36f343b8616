/* Nothing is wrong: the stage runs until it is cancelled, or for 60 s, and answers MORTISE_CANCELLED. */
#include "skeleton.h"

static FfiResult run(const MortiseContext* context, MortiseError* error) {
  int64_t end = now_ms() + 60000;
  count("waiting");
  while (!mortise_cancelled(context)) {
    if (now_ms() > end) return mortise_fail(error, MORTISE_ERR, "nobody cancelled");
    sleep_ms(1);
  }
  count("cancelled");
  return MORTISE_CANCELLED;
}

static const Stage stages[] = {{FIXTURE_STEM ":run", run, 0}, {0}};

FIXTURE(.stages = stages)
RECORD(MORTISE_THREADS_ONE);
