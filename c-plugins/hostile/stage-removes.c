/* Nothing is wrong: the stage removes `in`, cannot find it then, cannot remove it again, and reports the three codes in `codes`. */
#include "skeleton.h"
#include "json.h"

static FfiResult run(const MortiseContext* context, MortiseError* error) {
  Json codes = {"", 0};
  MortiseValue value;
  (void)error;
  json_number(&codes, "remove", context->remove(context, "in"));
  json_number(&codes, "get", context->get(context, "in", &value));
  json_number(&codes, "again", context->remove(context, "in"));
  return json_set(&codes, "}", context, "codes");
}

static const Stage stages[] = {{FIXTURE_STEM ":run", run, 0}, {0}};

FIXTURE(.stages = stages)
RECORD(MORTISE_THREADS_ONE);
