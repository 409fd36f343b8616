/*
 * One plugin of many that are started together. The build makes one; the benchmark copies it and writes another name over each `start-000`, and the name of
 * the plugin that the copy depends on over `needs-000` (environment.mjs). A copy in which that is left alone depends on none.
 */
#include "mortise.h"

#define NAME "start-000"

static const volatile char needs[] = "needs-000"; /* volatile: what the compiler sees is not what the copy says */
static const MortiseHost* kept_host;
static int alive;

static const char* name(const void* instance) {
  (void)instance;
  return NAME;
}

static const char* version(const void* instance) {
  (void)instance;
  return "1.0.0";
}

static void free_text(char* text) {
  (void)text;
}

static bool is_core(const void* instance) {
  (void)instance;
  return false;
}

static FfiPluginPriority priority(const void* instance) {
  const FfiPluginPriority value = {FFI_PRIORITY_THIRD_PARTY, 160};
  (void)instance;
  return value;
}

static FfiSlice compatible_api_versions(const void* instance) {
  static const FfiVersionRange ranges[] = {{"^0.1.0"}};
  const FfiSlice slice = {ranges, 1};
  (void)instance;
  return slice;
}

static FfiSlice dependencies(const void* instance) {
  static FfiPluginDependency items[] = {{NULL, "^1.0.0", true}};
  const FfiSlice slice = {items, needs[0] == 'n' ? 0 : 1};
  (void)instance;
  items[0].plugin_name = (const char*)(uintptr_t)needs;
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

static FfiResult execute(void* state, const MortiseContext* context, MortiseError* error) {
  (void)state;
  (void)context;
  (void)error;
  return MORTISE_OK;
}

static FfiResult register_stages(const void* instance, void* given) {
  static const char* const ids[] = {NAME ":read", NAME ":write"};
  const MortiseRegistry* registry = given;
  FfiResult code = MORTISE_OK;
  (void)instance;
  for (size_t i = 0; code == MORTISE_OK && i < sizeof ids / sizeof *ids; i++) {
    const MortiseStage stage = {(uint32_t)sizeof stage, MORTISE_STAGE_QUICK, ids[i], NULL, "a stage that does nothing", NULL,
                                execute, NULL, NULL};
    code = registry->register_stage(registry, &stage, NULL);
  }
  return code;
}

static FfiResult init(void* instance, void* app) {
  (void)instance;
  kept_host = app;
  alive = 1;
  return kept_host != NULL ? MORTISE_OK : MORTISE_NULL_POINTER;
}

static FfiResult preflight_check(const void* instance, const void* context) {
  (void)instance;
  return alive && context != NULL ? MORTISE_OK : MORTISE_WRONG_STATE;
}

static FfiResult shutdown_plugin(void* instance) {
  (void)instance;
  alive = 0;
  return MORTISE_OK;
}

static void destroy(void* instance) {
  (void)instance;
}

PluginVTable* _plugin_init(void) {
  static PluginVTable table = {&alive,   destroy,         name,           free_text,  version, free_text,  is_core, priority,
                               compatible_api_versions,   free_slice,     dependencies,     free_slice, none,    free_slice,
                               none,     free_slice,      none,           free_slice, init,    preflight_check, register_stages,
                               shutdown_plugin};
  return &table;
}

MORTISE_RECORD(MORTISE_LANGUAGE_C, MORTISE_THREADS_SAFE, "{\"name\":\"" NAME "\",\"version\":\"1.0.0\"}");
