/*
 * The stage ignores cancellation until the file named by FIXTURE_RELEASE exists, or for 60 s: a good host rejects at the deadline, abandons the
 * plugin and never calls or closes it again, or kills its child process.
 */
#include "skeleton.h"

static char release[4096];

static FfiResult run(const MortiseContext* context, MortiseError* error) {
  int64_t end = now_ms() + 60000;
  (void)context;
  (void)error;
  count("waiting");
  while (now_ms() < end && (release[0] == '\0' || access(release, F_OK) != 0)) sleep_ms(5);
  count("released");
  return MORTISE_OK;
}

static const Stage stages[] = {{FIXTURE_STEM ":run", run, 0}, {0}};

/* Read here and not in the stage: the environment belongs to the main thread. */
static FfiResult init(const MortiseHost* host) {
  const char* path = getenv("FIXTURE_RELEASE");
  (void)host;
  snprintf(release, sizeof release, "%s", path != NULL ? path : "");
  return MORTISE_OK;
}

FIXTURE(.stages = stages, .init = init)
RECORD(MORTISE_THREADS_ONE);
