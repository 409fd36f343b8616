/* Opening a plugin without any check: entry point and table, then every metadata value read and given back. */
#ifndef BENCH_METADATA_H
#define BENCH_METADATA_H

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "mortise.h"

typedef struct Opened {
  PluginVTable table;
  char name[MORTISE_MAX_NAME + 1];
  size_t bytes; /* of all strings: what is read must not be optimised away */
  void* library;
  const MortiseErrorExtension* errors; /* NULL: nobody is asked why a getter failed */
} Opened;

static size_t text_bytes(const char* text) {
  return text != NULL ? strlen(text) : 0;
}

static size_t dependency_bytes(FfiSlice slice) {
  size_t bytes = 0;
  for (size_t i = 0; i < slice.len; i++) {
    const FfiPluginDependency* item = (const FfiPluginDependency*)slice.ptr + i;
    bytes += text_bytes(item->plugin_name) + text_bytes(item->version_constraint) + item->required;
  }
  return bytes;
}

static int open_table(const char* path, Opened* opened) {
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return 0;
  PluginVTable* (*entry)(void);
  *(void**)&entry = dlsym(library, "_plugin_init");
  const PluginVTable* given = entry != NULL ? entry() : NULL;
  if (given == NULL) return 0;
  opened->table = *given;
  opened->library = library;
  opened->errors = NULL;
  return 1;
}

/* From now on the plugin is asked, if it can answer. */
static inline void find_errors(Opened* opened) {
  const void* (*extension)(const char* id);
  *(void**)&extension = dlsym(opened->library, "mortise_plugin_extension");
  if (extension != NULL) opened->errors = extension(MORTISE_EXT_ERROR);
}

static void ask(Opened* opened, const void* instance) {
  char text[MORTISE_MIN_MESSAGE];
  MortiseText message = {text, sizeof text, 0};
  if (opened->errors == NULL) return;
  opened->errors->last_message(instance, &message);
  opened->bytes += message.length;
}

static void read_metadata(Opened* opened) {
  const PluginVTable* table = &opened->table;
  void* instance = table->instance;

  const char* name = table->name(instance);
  ask(opened, instance);
  strncpy(opened->name, name, sizeof opened->name - 1);
  table->free_name((char*)(uintptr_t)name);
  const char* version = table->version(instance);
  ask(opened, instance);
  opened->bytes = text_bytes(version);
  table->free_version((char*)(uintptr_t)version);
  const FfiPluginPriority priority = table->priority(instance);
  ask(opened, instance);
  opened->bytes += (size_t)table->is_core(instance) + priority.category + priority.value;
  ask(opened, instance);

  FfiSlice slice = table->compatible_api_versions(instance);
  ask(opened, instance);
  for (size_t i = 0; i < slice.len; i++) opened->bytes += text_bytes(((const FfiVersionRange*)slice.ptr)[i].constraint);
  table->free_compatible_api_versions(slice);
  slice = table->dependencies(instance);
  ask(opened, instance);
  opened->bytes += dependency_bytes(slice);
  table->free_dependencies(slice);
  slice = table->required_stages(instance);
  ask(opened, instance);
  for (size_t i = 0; i < slice.len; i++) opened->bytes += text_bytes(((const FfiStageRequirement*)slice.ptr)[i].stage_id);
  table->free_required_stages(slice);
  slice = table->conflicts_with(instance);
  ask(opened, instance);
  for (size_t i = 0; i < slice.len; i++) opened->bytes += text_bytes(((const char* const*)slice.ptr)[i]);
  table->free_conflicts_with(slice);
  slice = table->incompatible_with(instance);
  ask(opened, instance);
  opened->bytes += dependency_bytes(slice);
  table->free_incompatible_with(slice);
}

#endif
