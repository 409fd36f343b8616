/* MortiseHost, all but log, config and service: what a plugin may ask of the application, from any thread, and after its end too. */
#include "plugin.h"

#include <stdio.h>
#include <string.h>

#include "utf8.h"
#include "value.h"

FfiResult plugin_may_ask(MortisePlugin* plugin) {
  const uint32_t state = atomic_load(&plugin->state);
  if (state < MORTISE_PLUGIN_REGISTERED) return MORTISE_WRONG_STATE;
  return state < MORTISE_PLUGIN_STOPPING ? MORTISE_OK : MORTISE_CANCELLED;
}

/* Nothing goes by any name: an application cannot define functions yet. */
static FfiResult host_call(const MortiseHost* host, const char* function, const MortiseValue* arguments, size_t argument_count,
                           uint64_t timeout_ns, MortiseValue* result, MortiseError* error) {
  (void)timeout_ns; /* every answer comes at once */
  if (error != NULL && error->size < MORTISE_END_OF(MortiseError, message)) return MORTISE_INVALID_DATA;
  if (host == NULL) return mortise_fail(error, MORTISE_NULL_POINTER, "host is NULL");
  const FfiResult allowed = plugin_may_ask(plugin_of(host));
  if (allowed == MORTISE_WRONG_STATE) return mortise_fail(error, allowed, "the application can be called from init on");
  if (allowed != MORTISE_OK) return mortise_fail(error, allowed, "the plugin is being shut down");
  if (function == NULL) return mortise_fail(error, MORTISE_NULL_POINTER, "function is NULL");
  if (result == NULL) return mortise_fail(error, MORTISE_NULL_POINTER, "result is NULL");
  if (arguments == NULL && argument_count > 0) return mortise_fail(error, MORTISE_NULL_POINTER, "arguments is NULL, but argument_count is not 0");
  const size_t length = text_length(function, MORTISE_MAX_KEY);
  if (length == 0 || length > MORTISE_MAX_KEY) return mortise_fail(error, MORTISE_INVALID_DATA, "the function's name must have 1 to 255 bytes");
  if (!utf8_valid(function, length)) return mortise_fail(error, MORTISE_INVALID_DATA, "the function's name is not UTF-8");
  char message[MORTISE_MAX_KEY + 64];
  snprintf(message, sizeof message, "the application defines no function \"%s\"", function);
  return mortise_fail(error, MORTISE_NOT_FOUND, message);
}

static FfiResult host_publish(const MortiseHost* host, const char* topic, const MortiseValue* payload) {
  (void)payload;
  if (host == NULL) return MORTISE_NULL_POINTER;
  const FfiResult allowed = plugin_may_ask(plugin_of(host));
  if (allowed != MORTISE_OK) return allowed;
  return topic == NULL ? MORTISE_NULL_POINTER : MORTISE_UNSUPPORTED;
}

static const void* host_extension(const MortiseHost* host, const char* id) {
  (void)host;
  (void)id;
  return NULL;
}

void host_prepare(MortisePlugin* plugin) {
  MortiseHost* host = &plugin->host;
  host->size = (uint32_t)sizeof *host;
  host->abi_major = MORTISE_ABI_MAJOR;
  host->abi_minor = MORTISE_ABI_MINOR;
  host->app = host->api_version = host->config_dir = "";
  host->log_level = (const volatile uint32_t*)&plugin->log_level;
  host->log = host_log;
  host->config = host_config;
  host->call = host_call;
  host->publish = host_publish;
  host->service = host_service;
  host->extension = host_extension;
}
