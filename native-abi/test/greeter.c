/* greeter, with the kit: the plugin of minimal.c. In a project, mortise_manifest.h, which the build makes of manifest.json, stands for the two defines. */
#define MORTISE_MANIFEST_NAME "greeter"
#define MORTISE_MANIFEST_VERSION "1.0.0"
#include "mortise/kit.h"

static FfiResult greet(void* state, const MortiseContext* context, MortiseError* error) {
  MortiseView who;
  (void)state;
  MORTISE_TRY(mortise_get_string(context, "who", &who, error));
  return mortise_set_format(context, "greeting", error, "Hello, %.*s", MORTISE_PRINT(who));
}

static FfiResult describe_greet(void* state, const MortiseContext* context, MortiseError* error) {
  (void)state;
  return mortise_describe(context, "write `greeting`", error);
}

static FfiResult init(void* instance, const MortiseHost* host, MortiseError* error) {
  (void)instance;
  (void)error;
  MORTISE_LOG(host, MORTISE_LOG_INFO, "ready to greet");
  return MORTISE_OK;
}

static const MortiseStage stages[] = {
    MORTISE_STAGE("greeter:greet", greet, .name = "Greet", .description = "Greets `who`", .dry_run = describe_greet, .flags = MORTISE_STAGE_QUICK),
};

MORTISE_EXPORT_PLUGIN(MORTISE_THREADS_SAFE, .stages = MORTISE_ITEMS(stages), .init = init)
