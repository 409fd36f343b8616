/* A C++ exception leaves init, which ends the process: a good host loses at most the plugin's child process. */
#include "skeleton.h"

void fixture_throw(const char* message);

static FfiResult init(const MortiseHost* host) {
  (void)host;
  fixture_throw("thrown in init");
  return MORTISE_OK;
}

FIXTURE(.init = init)
