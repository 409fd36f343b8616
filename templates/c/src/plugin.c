/* A plugin with a stage that greets. */
#include "mortise_manifest.h"

#include "mortise/kit.h"

/* Reads `who` and writes `greeting`. */
static FfiResult greet(void* state, const MortiseContext* context, MortiseError* error) {
  MortiseView who;
  (void)state;
  MORTISE_TRY(mortise_get_string(context, "who", &who, error));
  return mortise_set_format(context, "greeting", error, "Hello, %.*s", MORTISE_PRINT(who));
}

/* Says what greet would do, in one sentence for each thing, and does nothing. */
static FfiResult describe_greet(void* state, const MortiseContext* context, MortiseError* error) {
  MortiseView who;
  (void)state;
  MORTISE_TRY(mortise_get_string(context, "who", &who, error));
  return mortise_describef(context, error, "greet %.*s", MORTISE_PRINT(who));
}

static const MortiseStage stages[] = {
    MORTISE_STAGE("@name@:greet", greet, .name = "Greet", .description = "Greets `who`", .dry_run = describe_greet,
                  .flags = MORTISE_STAGE_QUICK),
};

MORTISE_EXPORT_PLUGIN(MORTISE_THREADS_SAFE, .stages = MORTISE_ITEMS(stages))
