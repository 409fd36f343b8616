/* The plugin of no-kit, with the C kit. */
#include "mortise_manifest.h"

#include "mortise/kit.h"

static FfiResult count(void* state, const MortiseContext* context, MortiseError* error) {
  int64_t value;
  (void)state;
  MORTISE_TRY(mortise_get_int64(context, "count", &value, error));
  return mortise_set_int64(context, "count", value + 1, error);
}

static FfiResult copy(void* state, const MortiseContext* context, MortiseError* error) {
  MortiseView text;
  (void)state;
  MORTISE_TRY(mortise_get_string(context, "text", &text, error));
  return mortise_set_string(context, "copy", text.data, text.length, error);
}

static const MortiseStage stages[] = {
    MORTISE_STAGE(MORTISE_MANIFEST_NAME ":count", count, .flags = MORTISE_STAGE_QUICK),
    MORTISE_STAGE(MORTISE_MANIFEST_NAME ":copy", copy, .flags = MORTISE_STAGE_QUICK),
};

MORTISE_EXPORT_PLUGIN(MORTISE_THREADS_SAFE, .stages = MORTISE_ITEMS(stages))
