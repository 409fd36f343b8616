/* The base table by hand, without a kit: what the others in this folder are measured against. Its stages are theirs: `count` reads and writes an int64, `copy` a string. */
#include "mortise.h"
#include "mortise_manifest.h"

#define NAME MORTISE_MANIFEST_NAME

MORTISE_RECORD(MORTISE_LANGUAGE_C, MORTISE_THREADS_SAFE, MORTISE_MANIFEST);

/* ---- stages ---- */

static FfiResult count(void* state, const MortiseContext* context, MortiseError* error) {
  MortiseValue value;
  FfiResult code = context->get(context, "count", &value);
  (void)state;
  if (code != MORTISE_OK) return mortise_fail(error, code, "the context needs the key `count`");
  if (value.tag != MORTISE_INT64) return mortise_fail(error, MORTISE_WRONG_TYPE, "`count` must be an int64");
  value = mortise_int64(value.as.int64 + 1);
  code = context->set(context, "count", &value);
  return code == MORTISE_OK ? code : mortise_fail(error, code, "`count` could not be set");
}

static FfiResult copy(void* state, const MortiseContext* context, MortiseError* error) {
  MortiseValue value;
  FfiResult code = context->get(context, "text", &value);
  (void)state;
  if (code != MORTISE_OK) return mortise_fail(error, code, "the context needs the key `text`");
  if (value.tag != MORTISE_STRING) return mortise_fail(error, MORTISE_WRONG_TYPE, "`text` must be a string");
  code = context->set(context, "copy", &value);
  return code == MORTISE_OK ? code : mortise_fail(error, code, "`copy` could not be set");
}

/* ---- metadata: constants, so that there is nothing to free ---- */

static const char* name(const void* instance) {
  (void)instance;
  return NAME;
}

static const char* version(const void* instance) {
  (void)instance;
  return MORTISE_MANIFEST_VERSION;
}

static void free_text(char* text) {
  (void)text;
}

static bool is_core(const void* instance) {
  (void)instance;
  return false;
}

static FfiPluginPriority priority(const void* instance) {
  const FfiPluginPriority third_party = {FFI_PRIORITY_THIRD_PARTY, 175};
  (void)instance;
  return third_party;
}

static FfiSlice required_stages(const void* instance) {
  static const FfiStageRequirement stages[] = {{NAME ":count", false, true}, {NAME ":copy", false, true}};
  const FfiSlice slice = {stages, sizeof stages / sizeof *stages};
  (void)instance;
  return slice;
}

static FfiSlice none(const void* instance) {
  const FfiSlice slice = {NULL, 0};
  (void)instance;
  return slice;
}

static void free_slice(FfiSlice slice) {
  (void)slice;
}

/* ---- lifecycle ---- */

static FfiResult register_stages(const void* instance, void* given) {
  static const MortiseStage stages[] = {
      {.size = sizeof *stages, .flags = MORTISE_STAGE_QUICK, .id = NAME ":count", .execute = count},
      {.size = sizeof *stages, .flags = MORTISE_STAGE_QUICK, .id = NAME ":copy", .execute = copy},
  };
  const MortiseRegistry* registry = given;
  FfiResult code = MORTISE_OK;
  (void)instance;
  for (size_t i = 0; code == MORTISE_OK && i < sizeof stages / sizeof *stages; i++) {
    code = registry->register_stage(registry, &stages[i], NULL);
  }
  return code;
}

static FfiResult init(void* instance, void* app) {
  (void)instance;
  (void)app;
  return MORTISE_OK;
}

static FfiResult preflight_check(const void* instance, const void* context) {
  (void)instance;
  (void)context;
  return MORTISE_OK;
}

static FfiResult shutdown_plugin(void* instance) {
  (void)instance;
  return MORTISE_OK;
}

static void destroy(void* instance) {
  (void)instance;
}

static PluginVTable table = {
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
    .required_stages = required_stages,
    .free_required_stages = free_slice,
    .conflicts_with = none,
    .free_conflicts_with = free_slice,
    .incompatible_with = none,
    .free_incompatible_with = free_slice,
    .init = init,
    .preflight_check = preflight_check,
    .register_stages = register_stages,
    .shutdown = shutdown_plugin,
};

MORTISE_EXPORT PluginVTable* _plugin_init(void) {
  return &table;
}

/* Offers none, as a plugin need not. Here so that a host that looks finds as much to look at as in the others. */
MORTISE_EXPORT const void* mortise_plugin_extension(const char* id) {
  (void)id;
  return NULL;
}
