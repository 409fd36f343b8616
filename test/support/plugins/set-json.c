/* Quick: sets `json` to the text in context `text`, as JSON, and `refused` to whether the host refused it. */
#include "skeleton.h"

static FfiResult run(const MortiseContext* context, MortiseError* error) {
  MortiseValue text, refused;
  FfiResult code = context->get(context, "text", &text);
  if (code != 0) return mortise_fail(error, code, "`text` is missing");
  MortiseValue json = mortise_json(text.as.data, (size_t)text.length);
  refused = mortise_bool(context->set(context, "json", &json) != 0);
  return context->set(context, "refused", &refused);
}

static const Stage stages[] = {{FIXTURE_STEM ":run", run, 0}, {0}};

FIXTURE(.stages = stages)
