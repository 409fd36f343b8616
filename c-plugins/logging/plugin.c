/* The table that the host sees. It is static, and so is all that its getters give out: the free slots have nothing to do. */
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "mortise.h"
#include "mortise_manifest.h"
#include "note.h"
#include "service.h"

#define NOTE_ID "logging:note"

MORTISE_RECORD(MORTISE_LANGUAGE_C, MORTISE_THREADS_SAFE, MORTISE_MANIFEST);

/* One per library; reset by _plugin_init. Only the functions of the table below, called one at a time, use it. */
struct Plugin {
  char failure[512]; /* NUL-terminated; empty: the last call succeeded */
};
static struct Plugin plugin;

static FfiResult fail(const void* instance, FfiResult code, const char* message) {
  struct Plugin* self = (struct Plugin*)instance;
  MortiseText text = {self->failure, sizeof self->failure - 1, 0};
  mortise_text_set(&text, message, strlen(message));
  self->failure[text.length] = '\0';
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

/* Early among third parties: others may want to log. */
static FfiPluginPriority priority(const void* instance) {
  (void)instance;
  return (FfiPluginPriority){FFI_PRIORITY_THIRD_PARTY_HIGH, 105};
}

static FfiSlice nothing(const void* instance) {
  (void)instance;
  return (FfiSlice){NULL, 0};
}

static FfiSlice required_stages(const void* instance) {
  static const FfiStageRequirement provided[] = {{NOTE_ID, false, true}};
  (void)instance;
  return (FfiSlice){provided, 1};
}

static void free_slice(FfiSlice slice) { (void)slice; }

static FfiResult init(void* instance, void* app) {
  char why[256];
  if (app == NULL) return fail(instance, MORTISE_NULL_POINTER, "init was called without a host");
  FfiResult code = log_open(app, why, sizeof why);
  return code == MORTISE_OK ? MORTISE_OK : fail(instance, code, why);
}

static FfiResult preflight_check(const void* instance, const void* context) {
  (void)instance;
  (void)context;
  return MORTISE_OK;
}

static FfiResult register_stages(const void* instance, void* registry_pointer) {
  const MortiseRegistry* registry = registry_pointer;
  if (registry == NULL) return fail(instance, MORTISE_NULL_POINTER, "register_stages was called without a registry");

  const MortiseStage stage = {
      .size = sizeof stage,
      .id = NOTE_ID,
      .name = "Log a line",
      .description = "Writes `logging.message` to the application's log, at `logging.level`, with the members of `logging.fields`.",
      .execute = note_execute,
      .dry_run = note_dry_run,
  };
  char reason[256];
  char message[384];
  MortiseError error = {.size = sizeof error, .message = {reason, sizeof reason - 1, 0}};
  FfiResult code = registry->register_stage(registry, &stage, &error);
  if (code == MORTISE_OK) return MORTISE_OK;
  reason[error.message.length] = '\0';
  snprintf(message, sizeof message, "the host refused the stage " NOTE_ID " (code %d): %s", (int)code, reason);
  return fail(instance, code, message);
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
  mortise_text_set(message, self->failure, strlen(self->failure));
  self->failure[0] = '\0';
}

MORTISE_EXPORT PluginVTable* _plugin_init(void) {
  plugin = (struct Plugin){.failure = ""};
  return &table;
}

MORTISE_EXPORT const void* mortise_plugin_extension(const char* id) {
  static const MortiseErrorExtension error_extension = {sizeof(MortiseErrorExtension), 0, last_message};
  if (strcmp(id, MORTISE_EXT_ERROR) == 0) return &error_extension;
  return strcmp(id, MORTISE_EXT_SERVICES) == 0 ? &services_extension : NULL;
}
