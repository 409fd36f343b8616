// The table that the host sees. It is static, and so is all that its getters give out: the free slots have nothing to do.
#include <cstdio>
#include <cstring>

#include "mortise.h"
#include "mortise_manifest.h"
#include "stage.hpp"

MORTISE_RECORD(MORTISE_LANGUAGE_CPP, MORTISE_THREADS_SAFE, MORTISE_MANIFEST);

namespace {

// One plugin runs at a time, so its state is static. It is reset by _plugin_init.
struct Plugin {
  char failure[512]; // NUL-terminated; empty: the last call succeeded
  summary::Services services;
};
Plugin plugin;

FfiResult fail(Plugin* self, FfiResult code, const char* message) {
  MortiseText text = {self->failure, sizeof self->failure - 1, 0};
  mortise_text_set(&text, message, std::strlen(message));
  self->failure[text.length] = '\0';
  return code;
}

Plugin* self_of(const void* instance) { return static_cast<Plugin*>(const_cast<void*>(instance)); }

void destroy(void*) {}
const char* name(const void*) { return MORTISE_MANIFEST_NAME; }
const char* version(const void*) { return MORTISE_MANIFEST_VERSION; }
void free_string(char*) {}
bool is_core(const void*) { return false; }
FfiPluginPriority priority(const void*) { return {FFI_PRIORITY_THIRD_PARTY, 180}; }
FfiSlice nothing(const void*) { return {nullptr, 0}; }
void free_slice(FfiSlice) {}

constexpr char write_id[] = "summary:write";

// Without `text` there is nothing to sum up; `logging` is used where it is.
FfiSlice dependencies(const void*) {
  static const FfiPluginDependency needed[] = {{"text", "^1.0.0", true}, {"logging", "^1.0.0", false}};
  return {needed, 2};
}

FfiSlice required_stages(const void*) {
  static const FfiStageRequirement stages[] = {{"text:survey", true, false}, {write_id, false, true}};
  return {stages, 2};
}

// Services are looked up on the main thread only: here, not in the stage. A host without services, and an application without `logging`, are
// no failure.
FfiResult find_log(Plugin* self, const MortiseHost* host) {
  const void* table = nullptr;
  const FfiResult code = host->service(host, MORTISE_LOG_SERVICE, "^1", &table);
  if (code == MORTISE_NOT_FOUND || code == MORTISE_UNSUPPORTED) return MORTISE_OK;
  char message[128];
  if (code != MORTISE_OK) {
    std::snprintf(message, sizeof message, "the host would not look up the service " MORTISE_LOG_SERVICE " (code %d)", static_cast<int>(code));
    return fail(self, MORTISE_ERR, message);
  }
  const auto* log = static_cast<const MortiseLogService*>(table);
  if (log == nullptr || !MORTISE_HAS(log, MortiseLogService, write)) {
    return fail(self, MORTISE_ERR, "the service " MORTISE_LOG_SERVICE " is offered without its function write");
  }
  self->services.log = log;
  return MORTISE_OK;
}

FfiResult init(void* instance, void* app) {
  Plugin* self = self_of(instance);
  if (app == nullptr) return fail(self, MORTISE_NULL_POINTER, "init was called without a host");
  return find_log(self, static_cast<const MortiseHost*>(app));
}

FfiResult preflight_check(const void*, const void*) { return MORTISE_OK; }

// The table of the service is another plugin's, and valid until here.
FfiResult shutdown(void* instance) {
  self_of(instance)->services.log = nullptr;
  return MORTISE_OK;
}

FfiResult register_stages(const void* instance, void* registry_pointer) {
  Plugin* self = self_of(instance);
  const auto* registry = static_cast<const MortiseRegistry*>(registry_pointer);
  if (registry == nullptr) return fail(self, MORTISE_NULL_POINTER, "register_stages was called without a registry");

  MortiseStage stage = {};
  stage.size = sizeof stage;
  stage.id = write_id;
  stage.name = "Summarise a text";
  stage.description = "Says in one line, `summary.text`, what text:survey found.";
  stage.state = &self->services;
  stage.execute = summary::write_execute;
  stage.dry_run = summary::write_dry_run;

  char reason[256];
  MortiseError error = {sizeof error, MORTISE_OK, {reason, sizeof reason - 1, 0}};
  const FfiResult code = registry->register_stage(registry, &stage, &error);
  if (code == MORTISE_OK) return MORTISE_OK;
  reason[error.message.length] = '\0';
  char message[384];
  std::snprintf(message, sizeof message, "the host refused the stage %s (code %d): %s", write_id, static_cast<int>(code), reason);
  // The base table knows the codes 1 to 4.
  return fail(self, MORTISE_ERR, message);
}

PluginVTable table = {
    &plugin,
    destroy,
    name,
    free_string,
    version,
    free_string,
    is_core,
    priority,
    nothing, // compatible_api_versions: every host
    free_slice,
    dependencies,
    free_slice,
    required_stages,
    free_slice,
    nothing, // conflicts_with
    free_slice,
    nothing, // incompatible_with
    free_slice,
    init,
    preflight_check,
    register_stages,
    shutdown,
};

void last_message(const void* instance, MortiseText* message) {
  Plugin* self = instance != nullptr ? self_of(instance) : &plugin;
  mortise_text_set(message, self->failure, std::strlen(self->failure));
  self->failure[0] = '\0';
}

constexpr MortiseErrorExtension error_extension = {sizeof(MortiseErrorExtension), 0, last_message};

}  // namespace

MORTISE_EXPORT PluginVTable* _plugin_init(void) {
  plugin = Plugin{};
  return &table;
}

MORTISE_EXPORT const void* mortise_plugin_extension(const char* id) {
  return std::strcmp(id, MORTISE_EXT_ERROR) == 0 ? &error_extension : nullptr;
}
