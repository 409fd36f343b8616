/* A stage that ends the process, as if all were well. */
#include <stdlib.h>

#include "skeleton.h"

static FfiResult run(const MortiseContext* context, MortiseError* error) {
  (void)context;
  (void)error;
  exit(0);
}

static const Stage stages[] = {{FIXTURE_STEM ":run", run, 0}, {0}};

FIXTURE(.stages = stages)
