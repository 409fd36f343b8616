/*
 * Nothing is wrong: quick stages STEM:a … STEM:d, of which each sets `ran.ID` to how many of them had run before it in this run. Where context `fails.ID` is set, the
 * stage sets `dropped` and fails. Requires the stage FIXTURE_NEEDS, if the build says so.
 */
#include "skeleton.h"

#ifdef FIXTURE_NEEDS
static const FfiStageRequirement required[] = {{FIXTURE_NEEDS, true, false}};
#endif

static FfiResult run(const MortiseContext* context, MortiseError* error) {
  char key[96];
  MortiseValue asked;
  int64_t before = get_int64(context, "before", 0);
  snprintf(key, sizeof key, "fails.%s", context->stage_id);
  if (context->get(context, key, &asked) == MORTISE_OK) {
    set_int64(context, "dropped", 1);
    return mortise_fail(error, MORTISE_ERR, "was asked to fail");
  }
  snprintf(key, sizeof key, "ran.%s", context->stage_id);
  FfiResult code = set_int64(context, key, before);
  return code != MORTISE_OK ? code : set_int64(context, "before", before + 1);
}

static const Stage stages[] = {
    {FIXTURE_STEM ":a", run, 1}, {FIXTURE_STEM ":b", run, 1}, {FIXTURE_STEM ":c", run, 1}, {FIXTURE_STEM ":d", run, 1}, {0}};

#ifdef FIXTURE_NEEDS
FIXTURE(.stages = stages, .required_stages = SLICE(required))
#else
FIXTURE(.stages = stages)
#endif
