/* Opening and closing plugins: which session has which library, and what remains for threads that are late. */
#include "plugin.h"

#include <string.h>

#include "allocation.h"

static Mutex plugins_lock = MUTEX_INITIAL;
static MortisePlugin* plugins;

/* Strings of hosts. A late thread may read them at any time, so they stay; there are as many as there are applications in the process. */
typedef struct Kept {
  struct Kept* next;
  char text[];
} Kept;

static Kept* kept_strings;

static const char* keep_string(const char* text) {
  if (text == NULL) text = "";
  for (const Kept* kept = kept_strings; kept != NULL; kept = kept->next) {
    if (strcmp(kept->text, text) == 0) return kept->text;
  }
  const size_t size = strlen(text) + 1;
  Kept* kept = allocate(sizeof *kept + size);
  if (kept == NULL) return NULL;
  memcpy(kept->text, text, size);
  kept->next = kept_strings;
  kept_strings = kept;
  return kept->text;
}

static MortisePlugin* find_or_make(uint64_t image_base) {
  for (MortisePlugin* plugin = plugins; plugin != NULL; plugin = plugin->next_known) {
    if (plugin->image_base == image_base) return plugin;
  }
  MortisePlugin* plugin = allocate_zeroed(sizeof *plugin);
  if (plugin == NULL) return NULL;
  plugin->image_base = image_base;
  mutex_open(&plugin->lock);
  host_prepare(plugin);
  registry_prepare(plugin);
  plugin->next_known = plugins;
  plugins = plugin;
  return plugin;
}

/* A late reader of an earlier opening must not see a string change under it for nothing. */
static void point_at(const char** field, const char* text) {
  if (*field != text) *field = text;
}

MortisePlugin* mortise_plugin_open(MortiseSession* session, uint32_t group, uintptr_t image_base, const char* app, const char* api_version,
                                   const char* config_dir, uint32_t log_level, int32_t* status) {
  mutex_lock(&plugins_lock);
  const char* app_kept = keep_string(app);
  const char* version_kept = keep_string(api_version);
  const char* dir_kept = keep_string(config_dir);
  MortisePlugin* plugin = find_or_make((uint64_t)image_base);
  Stages* stages = allocate_zeroed(sizeof *stages);
  mutex_unlock(&plugins_lock);
  if (app_kept == NULL || version_kept == NULL || dir_kept == NULL || plugin == NULL || stages == NULL) {
    release(stages);
    *status = MORTISE_OUT_OF_MEMORY;
    return NULL;
  }
  atomic_init(&stages->references, 1);

  /* Whoever has it open may be a thread that was terminated. */
  if (!plugin_is_closed(plugin)) sessions_reap(session);
  mutex_lock(&plugin->lock);
  *status = plugin->session != NULL ? MORTISE_EXISTS : plugin->inside > 0 ? MORTISE_BUSY : MORTISE_OK;
  if (*status == MORTISE_OK) {
    point_at(&plugin->host.app, app_kept);
    point_at(&plugin->host.api_version, version_kept);
    point_at(&plugin->host.config_dir, dir_kept);
    atomic_store_explicit(&plugin->log_level, log_level, memory_order_relaxed);
    atomic_store(&plugin->opened_by, thread_self());
    atomic_store(&plugin->state, MORTISE_PLUGIN_OPENED);
    plugin->stages = stages;
    plugin->registering = false;
    plugin->session = session;
  }
  mutex_unlock(&plugin->lock);
  if (*status != MORTISE_OK) {
    release(stages);
    return NULL;
  }
  plugin->previous = NULL;
  plugin->next = session->plugins;
  if (plugin->next != NULL) plugin->next->previous = plugin;
  session->plugins = plugin;
  services_join(plugin, session, group);
  return plugin;
}

const MortiseHost* mortise_plugin_host(MortisePlugin* plugin) {
  return &plugin->host;
}

void mortise_plugin_log_level(MortisePlugin* plugin, uint32_t level) {
  atomic_store_explicit(&plugin->log_level, level, memory_order_relaxed);
}

void mortise_plugin_state(MortisePlugin* plugin, uint32_t state) {
  atomic_store(&plugin->state, state);
  services_follow(plugin, state);
}

static void unlink_from_session(MortisePlugin* plugin, MortiseSession* session) {
  if (plugin->previous != NULL) plugin->previous->next = plugin->next;
  else session->plugins = plugin->next;
  if (plugin->next != NULL) plugin->next->previous = plugin->previous;
  plugin->next = plugin->previous = NULL;
}

void mortise_plugin_close(MortisePlugin* plugin) {
  services_leave(plugin);

  /* Unlinked first: once the plugin counts as closed, another session may open it. */
  unlink_from_session(plugin, plugin->session);

  /* Whoever is inside a host function holds this lock, so none is left behind with a session that may be freed. */
  mutex_lock(&plugin->lock);
  MortiseSession* session = plugin->session;
  Stages* stages = plugin->stages;
  mutex_lock(&session->lock);
  if (plugin->dropped != NULL) plugin->dropped->counted_at = NULL;
  plugin->dropped = NULL;
  mutex_unlock(&session->lock);
  atomic_store(&plugin->state, MORTISE_PLUGIN_STOPPED);
  plugin->session = NULL;
  plugin->stages = NULL;
  configs_leave(plugin);
  plugin->registering = false;
  mutex_unlock(&plugin->lock);

  stages_release(stages);
}

bool plugin_is_closed(MortisePlugin* plugin) {
  mutex_lock(&plugin->lock);
  const bool closed = plugin->session == NULL;
  mutex_unlock(&plugin->lock);
  return closed;
}

void stages_release(Stages* stages) {
  if (atomic_fetch_sub(&stages->references, 1u) != 1) return;
  for (size_t i = 0; i < stages->count; i++) release(stages->items[i]);
  release(stages->items);
  release(stages);
}

bool plugin_enter(Stage* stage) {
  MortisePlugin* plugin = stage->plugin;
  mutex_lock(&plugin->lock);
  const bool open = plugin->session != NULL && plugin->stages == stage->set;
  if (open) plugin->inside++;
  mutex_unlock(&plugin->lock);
  return open;
}

void plugin_leave(Stage* stage) {
  MortisePlugin* plugin = stage->plugin;
  mutex_lock(&plugin->lock);
  plugin->inside--;
  mutex_unlock(&plugin->lock);
}
