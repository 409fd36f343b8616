/* One plugin library. Its MortiseHost and the options that it handed out outlive everything, because a thread of the plugin may be late; nothing else of it does. */
#ifndef MORTISE_PLUGIN_STATE_H
#define MORTISE_PLUGIN_STATE_H

#include "session.h"

/* One registered stage. Its address is the handle that JavaScript holds. The strings follow it in memory. */
typedef struct Stage {
  struct Stages* set;
  MortisePlugin* plugin;
  const char* id; /* NUL-terminated */
  const char* name;
  const char* description;
  uint32_t id_length;
  uint32_t name_length;
  uint32_t description_length;
  uint32_t flags;
  void* state;
  FfiResult (*execute)(void* state, const MortiseContext* context, MortiseError* error);
  FfiResult (*dry_run)(void* state, const MortiseContext* context, MortiseError* error);
  void (*destroy)(void* state);
} Stage;

/* The stages of one opening of a plugin. Kept alive by the open plugin and by every job that holds one of them. */
typedef struct Stages {
  atomic_uint references;
  Stage** items;
  size_t count;
  size_t capacity;
} Stages;

void stages_release(Stages* stages);

/*
 * Options, as host->config answers them. Once a string of them was handed out they stay for the life of the process, because a thread of the plugin
 * may be late; the same options are never kept twice.
 */
typedef struct Config {
  struct Config* next;
  bool handed_out;
  Table table;
  size_t length;
  uint8_t entries[]; /* that the table was made of */
} Config;

/* A plugin among those that may use each other's services. Guarded by the lock of service.c. */
typedef struct Service Service;
typedef struct Edge Edge;
typedef struct Member {
  MortisePlugin* next;           /* in the list of those that are open */
  const MortiseSession* session; /* compared, never followed; NULL: closed */
  uint32_t group;
  Service* services; /* that it offers */
  Edge* edges;       /* to those that it needs */
  uint64_t walk;     /* the last one that came by */
  MortisePlugin* open; /* that walk: the next to look at */
} Member;

struct MortisePlugin {
  MortiseHost host; /* first: a host's address is its plugin's. Its strings are never freed */
  MortiseRegistry registry;
  MortisePlugin* next_known; /* in the table of plugins */
  uint64_t image_base;
  _Atomic uint32_t log_level;
  _Atomic uint32_t state;     /* enum MortisePluginState; STOPPED once closed */
  _Atomic uint64_t opened_by; /* thread */

  Mutex lock; /* guards what follows */
  MortiseSession* session; /* NULL: closed */
  uint32_t inside; /* jobs that are inside code of this plugin, also of an earlier opening */
  Stages* stages;
  Config* configs; /* every one that is kept */
  Config* config;  /* the one that counts; NULL: none */
  Event* dropped; /* announced and not drained yet; guarded by the session's lock */
  bool registering;
  char refusal[640]; /* why register_stage last refused a stage; NUL-terminated, empty: it did not */
  uint64_t registering_thread;

  Member member;

  /* In the session's list; guarded like that. */
  MortisePlugin* next;
  MortisePlugin* previous;
};

static inline MortisePlugin* plugin_of(const MortiseHost* host) {
  return (MortisePlugin*)(uintptr_t)host;
}

/* Whether every host function answers MORTISE_CANCELLED. */
bool plugin_is_closed(MortisePlugin* plugin);

/* Fills in the functions of a new plugin's host and registry. */
void host_prepare(MortisePlugin* plugin);
void registry_prepare(MortisePlugin* plugin);
FfiResult host_log(const MortiseHost* host, uint32_t level, const char* message, size_t message_length, const MortiseField* fields,
                   size_t field_count);

/* Whether the plugin may ask the application for something, which is from init until it is shut down: MORTISE_OK, or the code that says why not. */
FfiResult plugin_may_ask(MortisePlugin* plugin);

/* ---- config.c ---- */

FfiResult host_config(const MortiseHost* host, const char* key, MortiseValue* value);
/* The plugin is being closed. Under its lock. */
void configs_leave(MortisePlugin* plugin);

/* ---- service.c ---- */

FfiResult host_service(const MortiseHost* host, const char* name, const char* version_range, const void** table);
/* The plugin was opened; is about to be closed; has come to a state. */
void services_join(MortisePlugin* plugin, const MortiseSession* session, uint32_t group);
void services_leave(MortisePlugin* plugin);
void services_follow(MortisePlugin* plugin, uint32_t state);

/* ---- plugin.c ---- */

/* Passes a job into the code of a stage's plugin, unless that is closed; and out again. */
bool plugin_enter(Stage* stage);
void plugin_leave(Stage* stage);

/* The stage that this thread is executing, or NULL. */
extern THREAD_LOCAL const Stage* current_stage;

#endif
