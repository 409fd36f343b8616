/* The options of plugins: what host->config answers from. Strings of them are handed out, and whoever has one may be a thread that is late. */
#include "plugin.h"

#include <string.h>

#include "allocation.h"
#include "bytes.h"
#include "value.h"

/* Made without the session's blocks: it may outlive the session. */
static FfiResult config_make(Config** made, const uint8_t* entries, size_t length) {
  Config* config = length <= SIZE_MAX - sizeof *config ? allocate(sizeof *config + length) : NULL;
  if (config == NULL) return MORTISE_OUT_OF_MEMORY;
  config->next = NULL;
  config->handed_out = false;
  config->length = length;
  if (length > 0) memcpy(config->entries, entries, length);
  table_open(&config->table, NULL);
  const FfiResult result = entries_apply(&config->table, entries, length, 0);
  if (result != MORTISE_OK) {
    table_close(&config->table);
    release(config);
    return result;
  }
  *made = config;
  return MORTISE_OK;
}

static Config* config_find(Config* config, const uint8_t* entries, size_t length) {
  while (config != NULL && (config->length != length || (length > 0 && memcmp(config->entries, entries, length) != 0))) config = config->next;
  return config;
}

int32_t mortise_plugin_config(MortisePlugin* plugin, const uint8_t* entries, size_t length) {
  FfiResult result = MORTISE_OK;
  mutex_lock(&plugin->lock);
  Config* config = config_find(plugin->configs, entries, length);
  if (config == NULL) {
    result = config_make(&config, entries, length);
    if (result == MORTISE_OK) {
      config->next = plugin->configs;
      plugin->configs = config;
    }
  }
  if (result == MORTISE_OK) plugin->config = config;
  mutex_unlock(&plugin->lock);
  return result;
}

FfiResult host_config(const MortiseHost* host, const char* key, MortiseValue* value) {
  if (host == NULL || key == NULL || value == NULL) return MORTISE_NULL_POINTER;
  MortisePlugin* plugin = plugin_of(host);
  if (atomic_load(&plugin->state) < MORTISE_PLUGIN_REGISTERED) return MORTISE_WRONG_STATE;
  FfiResult result = MORTISE_CANCELLED;
  mutex_lock(&plugin->lock);
  if (plugin->session != NULL) {
    const Slot* slot = plugin->config != NULL ? table_find(&plugin->config->table, key) : NULL;
    if (slot != NULL) {
      if (tag_has_data(slot->value.tag)) plugin->config->handed_out = true;
      *value = slot->value;
    }
    result = slot != NULL ? MORTISE_OK : MORTISE_NOT_FOUND;
  }
  mutex_unlock(&plugin->lock);
  return result;
}

void configs_leave(MortisePlugin* plugin) {
  plugin->config = NULL;
  for (Config** link = &plugin->configs; *link != NULL;) {
    Config* config = *link;
    if (config->handed_out) {
      link = &config->next;
      continue;
    }
    *link = config->next;
    table_close(&config->table);
    release(config);
  }
}
