/* Nothing is wrong: a plugin whose metadata, stages and failing phase the build chooses (test/support/declared.ts). */
#include "skeleton.h"

#ifndef DECLARES_VERSION
#define DECLARES_VERSION "1.0.0"
#endif
#ifndef DECLARES_MANIFEST
#define DECLARES_MANIFEST ""
#endif
#ifdef DECLARES_RECORD
MORTISE_RECORD(MORTISE_LANGUAGE_C, MORTISE_THREADS_ONE, "{\"name\":\"" FIXTURE_STEM "\",\"version\":\"" DECLARES_VERSION "\"" DECLARES_MANIFEST "}");
#endif

#ifdef DECLARES_DEPENDENCIES
static const FfiPluginDependency needed[] = {DECLARES_DEPENDENCIES};
#endif
#ifdef DECLARES_INCOMPATIBLE
static const FfiPluginDependency incompatible[] = {DECLARES_INCOMPATIBLE};
#endif
#ifdef DECLARES_CONFLICTS
static const char* const conflicts[] = {DECLARES_CONFLICTS};
#endif
#ifdef DECLARES_API
static const FfiVersionRange api[] = {DECLARES_API};
#endif
#ifdef DECLARES_REQUIRED
static const FfiStageRequirement required[] = {DECLARES_REQUIRED};
#endif

#ifdef DECLARES_CORE
static bool always(const void* instance) {
  (void)instance;
  return true;
}
#endif

static PluginVTable* entry(PluginVTable* table) {
#ifdef DECLARES_CORE
  table->is_core = always;
#endif
  return table;
}

#ifndef DECLARES_STAGES
#define DECLARES_STAGES {.id = FIXTURE_STEM ":run"},
#endif
static const Stage stages[] = {DECLARES_STAGES {0}};

#ifdef DECLARES_FAILS
static FfiResult failing(void) {
  return MORTISE_ERR;
}
static FfiResult failing_host(const MortiseHost* host) {
  (void)host;
  return failing();
}
static FfiResult failing_registry(const MortiseRegistry* registry) {
  (void)registry;
  return failing();
}
static FfiResult failing_context(const MortiseContext* context) {
  (void)context;
  return failing();
}
#define REGISTER_STAGES .register_stages = failing_registry
#define INIT .init = failing_host
#define PREFLIGHT .preflight_check = failing_context
#define SHUTDOWN .shutdown = failing
#endif

FIXTURE(.entry = entry, .stages = stages, .version = DECLARES_VERSION,
#ifdef DECLARES_PRIORITY
        .priority = DECLARES_PRIORITY,
#endif
#ifdef DECLARES_DEPENDENCIES
        .dependencies = SLICE(needed),
#endif
#ifdef DECLARES_INCOMPATIBLE
        .incompatible_with = SLICE(incompatible),
#endif
#ifdef DECLARES_CONFLICTS
        .conflicts_with = SLICE(conflicts),
#endif
#ifdef DECLARES_API
        .compatible_api_versions = SLICE(api),
#endif
#ifdef DECLARES_REQUIRED
        .required_stages = SLICE(required),
#endif
#ifdef DECLARES_FAILS
        DECLARES_FAILS,
#endif
)
