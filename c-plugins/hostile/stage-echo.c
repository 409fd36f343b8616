/* Nothing is wrong: the stage copies context `in` of any type to `out`, and the name of its type to `out.type`. */
#include "skeleton.h"

static FfiResult run(const MortiseContext* context, MortiseError* error) {
#define TAG_TEXT(name, tag, text) text,
  static const char* const names[] = {MORTISE_TAGS(TAG_TEXT)};
  MortiseValue value;
  FfiResult code = context->get(context, "in", &value);
  if (code != MORTISE_OK) return mortise_fail(error, code, "`in` is missing");
  if (value.tag > MORTISE_TAG_LAST) return mortise_fail(error, MORTISE_INVALID_DATA, "`in` has a tag that does not exist");
  MortiseValue type = mortise_string(names[value.tag], strlen(names[value.tag]));
  code = context->set(context, "out", &value);
  return code != MORTISE_OK ? mortise_fail(error, code, "`out` was refused") : context->set(context, "out.type", &type);
}

static const Stage stages[] = {{FIXTURE_STEM ":run", run, 0}, {0}};

FIXTURE(.stages = stages)
RECORD(MORTISE_THREADS_ONE);
