/* The stage faults: a good host loses at most the plugin's child process and reports the signal and the stage. */
#include "skeleton.h"

static FfiResult run(const MortiseContext* context, MortiseError* error) {
  (void)context;
  (void)error;
  crash();
}

static const Stage stages[] = {{FIXTURE_STEM ":run", run, 0}, {0}};

FIXTURE(.stages = stages)
RECORD(MORTISE_THREADS_ONE);
