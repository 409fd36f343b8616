/* What the library exports: its record, its base table and its extensions. */
#ifndef MORTISE_KIT_EXPORT_H
#define MORTISE_KIT_EXPORT_H

#include "../extension.h"
#include "../record.h"
#include "lifecycle.h"
#include "metadata.h"
#include "offers.h"

/*
 * Makes the record, the base table, `_plugin_init` and `mortise_plugin_extension`. Once in a library, at file scope, without a semicolon:
 *
 *     MORTISE_EXPORT_PLUGIN(MORTISE_THREADS_SAFE, .stages = MORTISE_ITEMS(stages), .init = init)
 *
 * The first argument is of enum MortiseThreads, the rest are fields of MortisePlugin. Name, version and manifest are those of mortise_manifest.h;
 * without one define MORTISE_MANIFEST_NAME and MORTISE_MANIFEST_VERSION before mortise/kit.h is included.
 */
#define MORTISE_EXPORT_PLUGIN(...) MORTISE_KIT_EXPAND(MORTISE_KIT_EXPORT(__VA_ARGS__, .reserved = NULL))
#define MORTISE_KIT_EXPORT(threads_, ...)                                                          \
  MORTISE_RECORD(MORTISE_LANGUAGE_C, threads_, MORTISE_MANIFEST);                                  \
  static const MortisePlugin mortise_plugin = {__VA_ARGS__};                                       \
  MortiseKit mortise_kit = {                                                                       \
      .plugin = &mortise_plugin, .name = MORTISE_MANIFEST_NAME, .version = MORTISE_MANIFEST_VERSION}; \
  MORTISE_EXPORT PluginVTable* _plugin_init(void) { return mortise_kit_open(); }                   \
  MORTISE_EXPORT const void* mortise_plugin_extension(const char* id) { return mortise_kit_extension(id); }

static inline PluginVTable* mortise_kit_open(void) {
  MortiseError error = mortise_kit_begin();
  void* instance = NULL;
  mortise_kit.host = NULL;
  mortise_kit.owned = NULL;
  mortise_kit.lock = 0;
  if (mortise_kit.plugin->create != NULL) {
    FfiResult code = mortise_kit.plugin->create(&instance, &error);
    mortise_kit_keep(&error, code, false);
    if (code != MORTISE_OK) return NULL;
  }
  mortise_kit.table = (PluginVTable){
      .instance = instance,
      .destroy = mortise_kit_destroy,
      .name = mortise_kit_name,
      .free_name = mortise_kit_free_text,
      .version = mortise_kit_version,
      .free_version = mortise_kit_free_text,
      .is_core = mortise_kit_is_core,
      .priority = mortise_kit_priority,
      .compatible_api_versions = mortise_kit_compatible_api_versions,
      .free_compatible_api_versions = mortise_kit_free_slice,
      .dependencies = mortise_kit_dependencies,
      .free_dependencies = mortise_kit_free_slice,
      .required_stages = mortise_kit_required_stages,
      .free_required_stages = mortise_kit_free_required_stages,
      .conflicts_with = mortise_kit_conflicts_with,
      .free_conflicts_with = mortise_kit_free_slice,
      .incompatible_with = mortise_kit_incompatible_with,
      .free_incompatible_with = mortise_kit_free_slice,
      .init = mortise_kit_init,
      .preflight_check = mortise_kit_preflight_check,
      .register_stages = mortise_kit_register_stages,
      .shutdown = mortise_kit_shutdown,
  };
  return &mortise_kit.table;
}

static inline const void* mortise_kit_extension(const char* id) {
  static const MortiseErrorExtension errors = {sizeof errors, 0, mortise_kit_last_message};
  static const MortiseFunctionsExtension functions = {
      sizeof functions, 0, mortise_kit_function_count, mortise_kit_describe_function, mortise_kit_call, mortise_kit_free_result};
  static const MortiseServicesExtension services = {sizeof services, 0, mortise_kit_service_count, mortise_kit_describe_service};
  static const MortiseResourcesExtension resources = {sizeof resources, 0, mortise_kit_resource_count, mortise_kit_describe_resource};
  const MortisePlugin* plugin = mortise_kit.plugin;
  size_t index;
  if (strcmp(id, MORTISE_EXT_ERROR) == 0) return &errors;
  for (index = 0; index < plugin->extensions.count; index++) {
    if (strcmp(id, plugin->extensions.items[index].id) == 0) return plugin->extensions.items[index].table;
  }
  if (plugin->functions.count > 0 && strcmp(id, MORTISE_EXT_FUNCTIONS) == 0) return &functions;
  if (plugin->services.count > 0 && strcmp(id, MORTISE_EXT_SERVICES) == 0) return &services;
  if (plugin->resources.count > 0 && strcmp(id, MORTISE_EXT_RESOURCES) == 0) return &resources;
  return NULL;
}

#endif
