/* greeter: a whole plugin. Its one stage, greeter:greet, reads the context key `who` and writes `greeting`. */
#include <stdint.h>
#include <string.h>

#include "mortise.h"

/* What a scan reads from the file before any code of this library runs. Name and version are those of the table below. */
MORTISE_RECORD(MORTISE_LANGUAGE_C, MORTISE_THREADS_SAFE, "{\"name\":\"greeter\",\"version\":\"1.0.0\",\"description\":\"Greets.\"}");

/* Everything that belongs to one opened plugin. The host passes it back as `instance`. */
typedef struct Greeter {
  const MortiseHost* host;
} Greeter;

static Greeter greeter;

/* ---- the stage ---- */

#define MAX_WHO 200

static FfiResult greet(void* state, const MortiseContext* context, MortiseError* error) {
  static const char hello[] = "Hello, ";
  char text[sizeof(hello) + MAX_WHO];
  size_t length = sizeof(hello) - 1;
  MortiseValue who;
  MortiseValue greeting;
  FfiResult found = context->get(context, "who", &who);
  (void)state;
  if (found != MORTISE_OK) return mortise_fail(error, found, "the context needs the key `who`");
  if (who.tag != MORTISE_STRING) return mortise_fail(error, MORTISE_WRONG_TYPE, "`who` must be a string");
  if (who.length > MAX_WHO) return mortise_fail(error, MORTISE_TOO_LARGE, "`who` is longer than 200 bytes");
  memcpy(text, hello, length);
  if (who.length > 0) memcpy(text + length, who.as.data, (size_t)who.length);
  greeting = mortise_string(text, length + (size_t)who.length);
  return context->set(context, "greeting", &greeting); /* copies: `text` may go */
}

static FfiResult describe_greet(void* state, const MortiseContext* context, MortiseError* error) {
  (void)state;
  (void)error;
  return context->describe(context, "write `greeting`", SIZE_MAX);
}

/* ---- metadata: constants, so that there is nothing to free ---- */

static const char* name(const void* instance) {
  (void)instance;
  return "greeter";
}

static const char* version(const void* instance) {
  (void)instance;
  return "1.0.0";
}

static void free_text(char* text) { (void)text; }

static bool is_core(const void* instance) {
  (void)instance;
  return false;
}

static FfiPluginPriority priority(const void* instance) {
  FfiPluginPriority third_party = {FFI_PRIORITY_THIRD_PARTY, 175};
  (void)instance;
  return third_party;
}

/* No dependencies, no conflicts, no required stages, and every version of the host's API will do. */
static FfiSlice none(const void* instance) {
  FfiSlice empty = {NULL, 0};
  (void)instance;
  return empty;
}

static void free_slice(FfiSlice slice) { (void)slice; }

/* ---- lifecycle ---- */

static FfiResult register_stages(const void* instance, void* registry_) {
  const MortiseRegistry* registry = (const MortiseRegistry*)registry_;
  MortiseStage stage = {0};
  (void)instance;
  stage.size = sizeof(stage);
  stage.flags = MORTISE_STAGE_QUICK;
  stage.id = "greeter:greet";
  stage.name = "Greet";
  stage.description = "Greets `who`";
  stage.execute = greet;
  stage.dry_run = describe_greet;
  return registry->register_stage(registry, &stage, NULL); /* copies: `stage` may go */
}

static FfiResult init(void* instance, void* app) {
  Greeter* self = (Greeter*)instance;
  self->host = (const MortiseHost*)app;
  (void)self->host->log(self->host, MORTISE_LOG_INFO, "ready to greet", SIZE_MAX, NULL, 0);
  return MORTISE_OK;
}

static FfiResult preflight_check(const void* instance, const void* context) {
  (void)instance;
  (void)context;
  return MORTISE_OK;
}

static FfiResult shutdown(void* instance) {
  (void)instance;
  return MORTISE_OK;
}

static void destroy(void* instance) { ((Greeter*)instance)->host = NULL; }

static PluginVTable table = {
    .instance = &greeter,
    .destroy = destroy,
    .name = name,
    .free_name = free_text,
    .version = version,
    .free_version = free_text,
    .is_core = is_core,
    .priority = priority,
    .compatible_api_versions = none,
    .free_compatible_api_versions = free_slice,
    .dependencies = none,
    .free_dependencies = free_slice,
    .required_stages = none,
    .free_required_stages = free_slice,
    .conflicts_with = none,
    .free_conflicts_with = free_slice,
    .incompatible_with = none,
    .free_incompatible_with = free_slice,
    .init = init,
    .preflight_check = preflight_check,
    .register_stages = register_stages,
    .shutdown = shutdown,
};

MORTISE_EXPORT PluginVTable* _plugin_init(void) { return &table; }
