/* register_stages fails after two stages were taken: a good host destroys both stages, then the instance, and offers neither stage. */
#define WITH_ERROR_MESSAGES
#include "skeleton.h"

static const Stage stages[] = {{.id = FIXTURE_STEM ":one"}, {.id = FIXTURE_STEM ":two"}, {0}};

static FfiResult register_stages(const MortiseRegistry* registry) {
  (void)registry;
  return fail("the third stage cannot be made");
}

FIXTURE(.stages = stages, .register_stages = register_stages)
