/* The getters of the base table, and what gives back what they gave. */
#ifndef MORTISE_KIT_METADATA_H
#define MORTISE_KIT_METADATA_H

#include "state.h"

static inline const char* mortise_kit_name(const void* instance) {
  (void)instance;
  return mortise_kit.name;
}

static inline const char* mortise_kit_version(const void* instance) {
  (void)instance;
  return mortise_kit.version;
}

static inline void mortise_kit_free_text(char* text) { (void)text; }

static inline bool mortise_kit_is_core(const void* instance) {
  (void)instance;
  return mortise_kit.plugin->is_core;
}

static inline FfiPluginPriority mortise_kit_priority(const void* instance) {
  const FfiPluginPriority third_party = {FFI_PRIORITY_THIRD_PARTY, FFI_PRIORITY_DEFAULT};
  (void)instance;
  return mortise_kit.plugin->priority != NULL ? *mortise_kit.plugin->priority : third_party;
}

#define MORTISE_KIT_SLICE(slot)                                                 \
  static inline FfiSlice mortise_kit_##slot(const void* instance) {             \
    FfiSlice slice;                                                             \
    (void)instance;                                                             \
    slice.ptr = mortise_kit.plugin->slot.items;                                 \
    slice.len = mortise_kit.plugin->slot.count;                                 \
    return slice;                                                               \
  }
MORTISE_KIT_SLICE(compatible_api_versions)
MORTISE_KIT_SLICE(dependencies)
MORTISE_KIT_SLICE(conflicts_with)
MORTISE_KIT_SLICE(incompatible_with)
#undef MORTISE_KIT_SLICE

static inline void mortise_kit_free_slice(FfiSlice slice) { (void)slice; }

/* The stages of the plugin, which it provides, and what it says of others. */
static inline FfiSlice mortise_kit_required_stages(const void* instance) {
  const MortisePlugin* plugin = mortise_kit.plugin;
  FfiSlice slice = {NULL, 0};
  FfiStageRequirement* items;
  size_t count = plugin->stages.count + plugin->required_stages.count;
  size_t index;
  (void)instance;
  if (count == 0) return slice;
  items = (FfiStageRequirement*)calloc(count, sizeof *items);
  if (items == NULL) {
    MortiseError error = mortise_kit_begin();
    mortise_kit_keep(&error, mortise_fail(&error, MORTISE_OUT_OF_MEMORY, "out of memory: the list of stages could not be made"), false);
    return slice;
  }
  for (index = 0; index < plugin->stages.count; index++) {
    items[index].stage_id = plugin->stages.items[index].id;
    items[index].provided = true;
  }
  if (plugin->required_stages.count > 0) memcpy(items + index, plugin->required_stages.items, plugin->required_stages.count * sizeof *items);
  slice.ptr = items;
  slice.len = count;
  return slice;
}

static inline void mortise_kit_free_required_stages(FfiSlice slice) { free((void*)(uintptr_t)slice.ptr); }

#endif
