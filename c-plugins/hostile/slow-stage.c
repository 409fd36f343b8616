/* The stage takes as many milliseconds as context `ms` says, asleep or, if `busy` is set, computing, and ignores cancellation. */
#include "skeleton.h"

static FfiResult run(const MortiseContext* context, MortiseError* error) {
  MortiseValue busy;
  int64_t ms = get_int64(context, "ms", 0);
  int64_t end = now_ms() + ms;
  (void)error;
  if (context->get(context, "busy", &busy) != MORTISE_OK) sleep_ms(ms);
  while (now_ms() < end) {
  }
  return MORTISE_OK;
}

static const Stage stages[] = {{FIXTURE_STEM ":run", run, 0}, {0}};

FIXTURE(.stages = stages)
RECORD(MORTISE_THREADS_ONE);
