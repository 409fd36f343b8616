/* The table that the host sees. It is static, and so is all that its getters give out: the free slots have nothing to do. */
#include <stdio.h>
#include <string.h>

#include "mortise.h"
#include "mortise_manifest.h"
#include "report.h"
#include "requirement.h"

#define REPORT_ID "compat-check:report"

MORTISE_RECORD(MORTISE_LANGUAGE_C, MORTISE_THREADS_SAFE, MORTISE_MANIFEST);

/* One per library; reset by _plugin_init. Only the functions of the table below, called one at a time, write it; stages read the requirements. */
struct Plugin {
  struct Requirements requirements;
  struct Sentence failure; /* empty: the last call succeeded */
};
static struct Plugin plugin;

/* What went wrong stands in the plugin's failure already. */
static FfiResult failed(FfiResult code) {
  /* The base table knows the codes 1 to 4. */
  return code >= MORTISE_ERR && code <= MORTISE_INVALID_DATA ? code : MORTISE_ERR;
}

static void destroy(void* instance) { (void)instance; }

static const char* name(const void* instance) {
  (void)instance;
  return MORTISE_MANIFEST_NAME;
}

static const char* version(const void* instance) {
  (void)instance;
  return MORTISE_MANIFEST_VERSION;
}

static void free_string(char* text) { (void)text; }

static bool is_core(const void* instance) {
  (void)instance;
  return false;
}

/* Early among third parties, behind those that others build upon. */
static FfiPluginPriority priority(const void* instance) {
  (void)instance;
  return (FfiPluginPriority){FFI_PRIORITY_THIRD_PARTY_HIGH, 120};
}

static FfiSlice nothing(const void* instance) {
  (void)instance;
  return (FfiSlice){NULL, 0};
}

static FfiSlice required_stages(const void* instance) {
  static const FfiStageRequirement provided[] = {{REPORT_ID, false, true}};
  (void)instance;
  return (FfiSlice){provided, 1};
}

static void free_slice(FfiSlice slice) { (void)slice; }

static FfiResult init(void* instance, void* app) {
  struct Plugin* self = instance;
  self->failure.length = 0;
  if (app == NULL) {
    say(&self->failure, "init was called without a host");
    return MORTISE_NULL_POINTER;
  }
  FfiResult code = read_requirements(app, &self->requirements, &self->failure);
  return code == MORTISE_OK ? MORTISE_OK : failed(code);
}

static FfiResult preflight_check(const void* instance, const void* context) {
  struct Plugin* self = (struct Plugin*)instance;
  size_t unmet = 0;
  self->failure.length = 0;
  if (context == NULL) {
    say(&self->failure, "preflight_check was called without a context");
    return MORTISE_NULL_POINTER;
  }
  FfiResult code = check_requirements(&self->requirements, context, &unmet, &self->failure);
  if (code != MORTISE_OK) return failed(code);
  return unmet == 0 ? MORTISE_OK : MORTISE_ERR;
}

static FfiResult register_stages(const void* instance, void* registry_pointer) {
  struct Plugin* self = (struct Plugin*)instance;
  const MortiseRegistry* registry = registry_pointer;
  self->failure.length = 0;
  if (registry == NULL) {
    say(&self->failure, "register_stages was called without a registry");
    return MORTISE_NULL_POINTER;
  }
  const MortiseStage stage = {
      .size = sizeof stage,
      .flags = MORTISE_STAGE_QUICK, /* at most 64 look-ups */
      .id = REPORT_ID,
      .name = "Report compatibility",
      .description = "Checks the context of the run against the plugin's requirements and sets `compat-check.checked` and `compat-check.ok`.",
      .state = &self->requirements,
      .execute = report_execute,
      .dry_run = report_dry_run,
  };
  char reason[256];
  MortiseError error = {.size = sizeof error, .message = {reason, sizeof reason, 0}};
  FfiResult code = registry->register_stage(registry, &stage, &error);
  if (code == MORTISE_OK) return MORTISE_OK;
  char text[64];
  snprintf(text, sizeof text, "the host refused the stage " REPORT_ID " (code %d): ", (int)code);
  say(&self->failure, text);
  say_some(&self->failure, reason, error.message.length, sizeof reason);
  return failed(code);
}

static FfiResult shutdown_plugin(void* instance) {
  (void)instance;
  return MORTISE_OK;
}

static PluginVTable table = {
    .instance = &plugin,
    .destroy = destroy,
    .name = name,
    .free_name = free_string,
    .version = version,
    .free_version = free_string,
    .is_core = is_core,
    .priority = priority,
    .compatible_api_versions = nothing, /* every host */
    .free_compatible_api_versions = free_slice,
    .dependencies = nothing,
    .free_dependencies = free_slice,
    .required_stages = required_stages,
    .free_required_stages = free_slice,
    .conflicts_with = nothing,
    .free_conflicts_with = free_slice,
    .incompatible_with = nothing,
    .free_incompatible_with = free_slice,
    .init = init,
    .preflight_check = preflight_check,
    .register_stages = register_stages,
    .shutdown = shutdown_plugin,
};

static void last_message(const void* instance, MortiseText* message) {
  struct Plugin* self = instance != NULL ? (struct Plugin*)instance : &plugin;
  mortise_text_set(message, self->failure.bytes, self->failure.length);
  self->failure.length = 0;
}

MORTISE_EXPORT PluginVTable* _plugin_init(void) {
  plugin.requirements.count = 0;
  plugin.failure.length = 0;
  return &table;
}

MORTISE_EXPORT const void* mortise_plugin_extension(const char* id) {
  static const MortiseErrorExtension error_extension = {sizeof(MortiseErrorExtension), 0, last_message};
  return strcmp(id, MORTISE_EXT_ERROR) == 0 ? &error_extension : NULL;
}
