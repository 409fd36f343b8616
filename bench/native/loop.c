/* A plugin whose stages loop:get and loop:set measure one call of the context from inside: `loops` in, `nanoseconds` of one call out. */
#include "skeleton.h"

static double nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static const char* const keys[] = {"count", "width", "height", "frame.index"};

static FfiResult measure(const MortiseContext* context, int writes) {
  const int64_t loops = get_int64(context, "loops", 1);
  MortiseValue value = mortise_int64(7);
  for (int i = 0; i < 4; i++) context->set(context, keys[i], &value);
  const double before = nanoseconds();
  if (writes) {
    for (int64_t i = 0; i < loops; i++) context->set(context, keys[i & 3], &value);
  } else {
    for (int64_t i = 0; i < loops; i++) context->get(context, keys[i & 3], &value);
  }
  const MortiseValue each = mortise_double((nanoseconds() - before) / (double)loops);
  return context->set(context, "nanoseconds", &each);
}

static FfiResult measure_get(const MortiseContext* context, MortiseError* error) {
  (void)error;
  return measure(context, 0);
}

static FfiResult measure_set(const MortiseContext* context, MortiseError* error) {
  (void)error;
  return measure(context, 1);
}

/* Not quick: runs on a thread of the host library. */
static FfiResult idle(const MortiseContext* context, MortiseError* error) {
  (void)context;
  (void)error;
  return 0;
}

static const Stage stages[] = {{"loop:get", measure_get, MORTISE_STAGE_QUICK},
                               {"loop:set", measure_set, MORTISE_STAGE_QUICK},
                               {"loop:idle", idle, 0},
                               {0}};

FIXTURE(.stages = stages)
RECORD(MORTISE_THREADS_SAFE);
