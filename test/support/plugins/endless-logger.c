/* A stage that logs as fast as it can until it is cancelled. */
#include "skeleton.h"

static FfiResult run(const MortiseContext* context, MortiseError* error) {
  (void)error;
  while (!mortise_cancelled(context)) context->host->log(context->host, 30, "again", 5, NULL, 0);
  return MORTISE_CANCELLED;
}

static const Stage stages[] = {{FIXTURE_STEM ":run", run, 0}, {0}};

FIXTURE(.stages = stages)
