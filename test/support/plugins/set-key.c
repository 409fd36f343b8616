/* The stage sets the key that context `key` names, and sets `refused` to whether the host refused it. */
#include "skeleton.h"

static FfiResult run(const MortiseContext* context, MortiseError* error) {
  MortiseValue key, refused, one = mortise_int64(1);
  FfiResult code = context->get(context, "key", &key);
  if (code != 0) return mortise_fail(error, code, "`key` is missing");
  refused = mortise_bool(context->set(context, key.as.data, &one) != 0);
  return context->set(context, "refused", &refused);
}

static const Stage stages[] = {{FIXTURE_STEM ":run", run, 0}, {0}};

FIXTURE(.stages = stages)
