/* The stage sets `a`, removes `b` and then fails: a good host drops both changes and reports the message. */
#include "skeleton.h"

static FfiResult run(const MortiseContext* context, MortiseError* error) {
  FfiResult code = set_int64(context, "a", 1);
  if (code != MORTISE_OK) return mortise_fail(error, MORTISE_WRONG_STATE, "`a` could not be set");
  context->remove(context, "b");
  return mortise_fail(error, MORTISE_ERR, "failed after writing a");
}

static const Stage stages[] = {{FIXTURE_STEM ":run", run, 0}, {0}};

FIXTURE(.stages = stages)
RECORD(MORTISE_THREADS_ONE);
