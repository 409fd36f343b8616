/* Three stages: one sets `good`; the next sets `broken` to text that is no JSON, and `beside`; the last sets `late`. */
#include "skeleton.h"

static FfiResult good(const MortiseContext* context, MortiseError* error) {
  (void)error;
  return set_int64(context, "good", 1);
}

static FfiResult broken_stage(const MortiseContext* context, MortiseError* error) {
  MortiseValue value = mortise_json("{\"open\":", 8);
  (void)error;
  set_int64(context, "beside", 1);
  return context->set(context, "broken", &value);
}

static FfiResult late(const MortiseContext* context, MortiseError* error) {
  (void)error;
  return set_int64(context, "late", 1);
}

static const Stage stages[] = {
    {FIXTURE_STEM ":good", good, 0}, {FIXTURE_STEM ":broken", broken_stage, 0}, {FIXTURE_STEM ":late", late, 0}, {0}};

FIXTURE(.stages = stages)
