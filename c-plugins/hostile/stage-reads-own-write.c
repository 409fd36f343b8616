/* Nothing is wrong: the stage reads what it just wrote, and what it had read stays readable after the key is set again; then it sets `ok`. */
#include "skeleton.h"

static int is_text(const MortiseValue* value, const char* text) {
  return value->tag == MORTISE_STRING && value->length == strlen(text) && strcmp(value->as.data, text) == 0;
}

static FfiResult run(const MortiseContext* context, MortiseError* error) {
  const char first[] = "written first", second[] = "written second";
  MortiseValue value = mortise_string(first, strlen(first)), before, after;
  if (context->set(context, "own", &value) != MORTISE_OK || context->get(context, "own", &before) != MORTISE_OK || !is_text(&before, first)) {
    return mortise_fail(error, MORTISE_ERR, "the first write cannot be read");
  }
  value = mortise_string(second, strlen(second));
  if (context->set(context, "own", &value) != MORTISE_OK || context->get(context, "own", &after) != MORTISE_OK || !is_text(&after, second)) {
    return mortise_fail(error, MORTISE_ERR, "the second write cannot be read");
  }
  if (!is_text(&before, first)) return mortise_fail(error, MORTISE_ERR, "what was read before has changed");
  value = mortise_bool(1);
  return context->set(context, "ok", &value);
}

static const Stage stages[] = {{FIXTURE_STEM ":run", run, 0}, {0}};

FIXTURE(.stages = stages)
RECORD(MORTISE_THREADS_ONE);
