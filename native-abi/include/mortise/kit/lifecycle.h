/* The slots of the base table that call hooks. */
#ifndef MORTISE_KIT_LIFECYCLE_H
#define MORTISE_KIT_LIFECYCLE_H

#include "state.h"

static inline FfiResult mortise_kit_end(MortiseError* error, FfiResult code) {
  mortise_kit_keep(error, code, true);
  return code;
}

static inline FfiResult mortise_kit_register(void* instance, const MortiseRegistry* registry, MortiseError* error) {
  const MortisePlugin* plugin = mortise_kit.plugin;
  size_t index;
  if (registry == NULL) return mortise_fail(error, MORTISE_NULL_POINTER, "register_stages was called without a registry");
  mortise_kit.host = registry->host;
  for (index = 0; index < plugin->stages.count; index++) {
    MortiseStage stage = plugin->stages.items[index];
    if (stage.state == NULL) stage.state = instance;
    MORTISE_TRY(mortise_register(registry, &stage, error));
  }
  return plugin->register_stages != NULL ? plugin->register_stages(instance, registry, error) : MORTISE_OK;
}

static inline FfiResult mortise_kit_register_stages(const void* instance, void* registry) {
  MortiseError error = mortise_kit_begin();
  (void)instance; /* the same without const */
  return mortise_kit_end(&error, mortise_kit_register(mortise_kit.table.instance, (const MortiseRegistry*)registry, &error));
}

static inline FfiResult mortise_kit_init(void* instance, void* app) {
  MortiseError error = mortise_kit_begin();
  FfiResult code = MORTISE_OK;
  if (app == NULL) {
    code = mortise_fail(&error, MORTISE_NULL_POINTER, "init was called without a host");
  } else {
    mortise_kit.host = (const MortiseHost*)app;
    if (mortise_kit.plugin->init != NULL) code = mortise_kit.plugin->init(instance, mortise_kit.host, &error);
  }
  return mortise_kit_end(&error, code);
}

static inline FfiResult mortise_kit_preflight_check(const void* instance, const void* context) {
  MortiseError error = mortise_kit_begin();
  FfiResult code = MORTISE_OK;
  (void)instance;
  if (context == NULL) {
    code = mortise_fail(&error, MORTISE_NULL_POINTER, "preflight_check was called without a context");
  } else if (mortise_kit.plugin->preflight != NULL) {
    code = mortise_kit.plugin->preflight(mortise_kit.table.instance, (const MortiseContext*)context, &error);
  }
  return mortise_kit_end(&error, code);
}

static inline FfiResult mortise_kit_shutdown(void* instance) {
  MortiseError error = mortise_kit_begin();
  return mortise_kit_end(&error, mortise_kit.plugin->shutdown != NULL ? mortise_kit.plugin->shutdown(instance, &error) : MORTISE_OK);
}

/*
 * What the destroy of a stage kept before stays. No call is in progress, so nobody holds the lock; nor should there be a result that the host has yet
 * to give back.
 */
static inline void mortise_kit_destroy(void* instance) {
  char text[MORTISE_KIT_MESSAGE];
  MortiseError error = mortise_kit_error(text, sizeof text);
  FfiResult code = MORTISE_OK;
  if (mortise_kit.plugin->destroy != NULL) code = mortise_kit.plugin->destroy(instance, &error);
  if (code != MORTISE_OK) {
    MortiseError room;
    mortise_kit_separate();
    room = mortise_kit_room();
    mortise_text_set(&room.message, text, error.message.length);
    mortise_kit_keep(&room, code, false);
  }
  while (mortise_kit.owned != NULL) {
    MortiseOwned* owned = mortise_kit.owned;
    mortise_kit.owned = owned->next;
    mortise_kit_release(owned);
  }
}

#endif
