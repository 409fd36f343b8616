/* A stage that claims to be quick and computes for as many milliseconds as context `ms` says. */
#include "skeleton.h"

static FfiResult run(const MortiseContext* context, MortiseError* error) {
  int64_t end = now_ms() + get_int64(context, "ms", 0);
  (void)error;
  while (now_ms() < end) {
  }
  return 0;
}

static const Stage stages[] = {{FIXTURE_STEM ":run", run, 1 /* quick */}, {0}};

FIXTURE(.stages = stages)
