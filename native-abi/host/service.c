/*
 * Services: which plugin offers which table, who uses whom, and host->service. Plugins see those of their own group: one manager on one JavaScript thread.
 *
 * One lock guards all of it. It is taken alone: no other lock is taken under it, and it is taken under none.
 */
#include <string.h>

#include "allocation.h"
#include "plugin.h"
#include "range.h"

static Mutex lock = MUTEX_INITIAL;
static MortisePlugin* members; /* plugins that are open */

/* One table that a plugin offers. Name and version follow it in memory, each with its NUL. */
struct Service {
  Service* next;
  const void* table;
  const char* name;
  const char* version_text;
  Version version;
};

/* From a plugin to one that must outlive it. */
struct Edge {
  Edge* next;
  MortisePlugin* to;
  bool by_service; /* it found a service of it; otherwise it depends on it */
};

/* ---- members ---- */

void services_join(MortisePlugin* plugin, const MortiseSession* session, uint32_t group) {
  mutex_lock(&lock);
  plugin->member.session = session;
  plugin->member.group = group;
  plugin->member.next = members;
  members = plugin;
  mutex_unlock(&lock);
}

static void withdraw(MortisePlugin* plugin) {
  while (plugin->member.services != NULL) {
    Service* service = plugin->member.services;
    plugin->member.services = service->next;
    release(service);
  }
}

/* Removes the edges of plugin that lead to `to`, or all if that is NULL. */
static void remove_edges(MortisePlugin* plugin, const MortisePlugin* to) {
  for (Edge** link = &plugin->member.edges; *link != NULL;) {
    Edge* edge = *link;
    if (to != NULL && edge->to != to) {
      link = &edge->next;
      continue;
    }
    *link = edge->next;
    release(edge);
  }
}

void services_leave(MortisePlugin* plugin) {
  mutex_lock(&lock);
  withdraw(plugin);
  remove_edges(plugin, NULL);
  for (MortisePlugin** link = &members; *link != NULL;) {
    if (*link == plugin) {
      *link = plugin->member.next;
      continue;
    }
    remove_edges(*link, plugin);
    link = &(*link)->member.next;
  }
  plugin->member.next = NULL;
  plugin->member.session = NULL;
  mutex_unlock(&lock);
}

void services_follow(MortisePlugin* plugin, uint32_t state) {
  if (state < MORTISE_PLUGIN_STOPPING) return;
  mutex_lock(&lock);
  withdraw(plugin);
  if (state == MORTISE_PLUGIN_STOPPED) remove_edges(plugin, NULL);
  mutex_unlock(&lock);
}

static bool are_together(const MortisePlugin* left, const MortisePlugin* right) {
  return left->member.session != NULL && left->member.session == right->member.session && left->member.group == right->member.group;
}

/* ---- who uses whom ---- */

static FfiResult add_edge(MortisePlugin* from, MortisePlugin* to, bool by_service) {
  for (Edge* edge = from->member.edges; edge != NULL; edge = edge->next) {
    if (edge->to != to) continue;
    edge->by_service |= by_service;
    return MORTISE_OK;
  }
  Edge* edge = allocate(sizeof *edge);
  if (edge == NULL) return MORTISE_OUT_OF_MEMORY;
  *edge = (Edge){from->member.edges, to, by_service};
  from->member.edges = edge;
  return MORTISE_OK;
}

/* Whether `from` needs `wanted`, directly or at several removes. */
static bool reaches(MortisePlugin* from, const MortisePlugin* wanted) {
  static uint64_t walk;
  walk++;
  MortisePlugin* open = from;
  from->member.walk = walk;
  from->member.open = NULL;
  while (open != NULL) {
    MortisePlugin* const plugin = open;
    if (plugin == wanted) return true;
    open = plugin->member.open;
    for (const Edge* edge = plugin->member.edges; edge != NULL; edge = edge->next) {
      if (edge->to->member.walk == walk) continue;
      edge->to->member.walk = walk;
      edge->to->member.open = open;
      open = edge->to;
    }
  }
  return false;
}

int32_t mortise_plugin_needs(MortisePlugin* plugin, MortisePlugin* other) {
  FfiResult result = MORTISE_OK;
  mutex_lock(&lock);
  if (plugin != other && are_together(plugin, other)) result = add_edge(plugin, other, false);
  mutex_unlock(&lock);
  return result;
}

uint32_t mortise_plugin_uses(MortisePlugin* plugin, uint64_t* others, uint32_t capacity) {
  uint32_t count = 0;
  mutex_lock(&lock);
  for (const Edge* edge = plugin->member.edges; edge != NULL; edge = edge->next) {
    if (!edge->by_service) continue;
    if (count < capacity) others[count] = (uint64_t)(uintptr_t)edge->to;
    count++;
  }
  mutex_unlock(&lock);
  return count;
}

/* ---- offers ---- */

static MortisePlugin* who_offers(const MortisePlugin* plugin, const char* name, const char* version) {
  for (MortisePlugin* member = members; member != NULL; member = member->member.next) {
    if (!are_together(member, plugin)) continue;
    for (const Service* service = member->member.services; service != NULL; service = service->next) {
      if (strcmp(service->name, name) == 0 && strcmp(service->version_text, version) == 0) return member;
    }
  }
  return NULL;
}

static Service* make_service(const char* name, const char* version, const void* table) {
  const size_t name_size = strlen(name) + 1;
  const size_t version_size = strlen(version) + 1;
  Service* service = allocate_zeroed(sizeof *service + name_size + version_size);
  if (service == NULL) return NULL;
  char* text = (char*)(service + 1);
  service->name = memcpy(text, name, name_size);
  service->version_text = memcpy(text + name_size, version, version_size);
  service->table = table;
  version_read(&service->version, service->version_text, version_size - 1);
  return service;
}

int32_t mortise_service_offer(MortisePlugin* plugin, const char* name, const char* version, uintptr_t table, uint64_t* holder) {
  Version read;
  *holder = 0;
  if (!version_read(&read, version, strlen(version)) || *version == 'v') return MORTISE_INVALID_DATA;
  Service* service = make_service(name, version, (const void*)table);
  if (service == NULL) return MORTISE_OUT_OF_MEMORY;
  mutex_lock(&lock);
  MortisePlugin* const other = who_offers(plugin, name, version);
  FfiResult result = MORTISE_OK;
  if (atomic_load(&plugin->state) >= MORTISE_PLUGIN_STOPPING) result = MORTISE_CANCELLED;
  else if (other != NULL) result = MORTISE_EXISTS;
  if (result == MORTISE_OK) {
    service->next = plugin->member.services;
    plugin->member.services = service;
    service = NULL;
  }
  mutex_unlock(&lock);
  *holder = (uint64_t)(uintptr_t)other;
  release(service);
  return result;
}

void mortise_service_withdraw(MortisePlugin* plugin) {
  mutex_lock(&lock);
  withdraw(plugin);
  mutex_unlock(&lock);
}

/* ---- looking one up ---- */

/* What a plugin that does not run yet offers is for those that are started with it: if it failed, a finder that runs would hold a table of nobody. */
static bool may_find(const MortisePlugin* finder, const MortisePlugin* offerer) {
  return finder == offerer || atomic_load(&offerer->state) >= MORTISE_PLUGIN_RUNNING || atomic_load(&finder->state) < MORTISE_PLUGIN_RUNNING;
}

/* The service of that name in the highest version within range, and who offers it. */
static const Service* find_service(const MortisePlugin* finder, const char* name, const char* range, MortisePlugin** offerer) {
  const Service* found = NULL;
  for (MortisePlugin* member = members; member != NULL; member = member->member.next) {
    if (!are_together(member, finder) || !may_find(finder, member)) continue;
    for (const Service* service = member->member.services; service != NULL; service = service->next) {
      if (strcmp(service->name, name) != 0) continue;
      if (range != NULL && range_test(range, &service->version) != RANGE_INSIDE) continue;
      if (found != NULL && version_compare(&found->version, &service->version) >= 0) continue;
      found = service;
      *offerer = member;
    }
  }
  return found;
}

static FfiResult use_service(MortisePlugin* plugin, const char* name, const char* range, const void** table) {
  if (plugin->member.session == NULL) return MORTISE_CANCELLED;
  MortisePlugin* offerer = NULL;
  const Service* service = find_service(plugin, name, range, &offerer);
  if (service == NULL) return MORTISE_NOT_FOUND;
  if (offerer != plugin) {
    if (reaches(offerer, plugin)) return MORTISE_DENIED;
    const FfiResult result = add_edge(plugin, offerer, true);
    if (result != MORTISE_OK) return result;
  }
  *table = service->table;
  return MORTISE_OK;
}

FfiResult host_service(const MortiseHost* host, const char* name, const char* version_range, const void** table) {
  static const Version any = {{0, 0, 0}, NULL, 0};
  if (host == NULL) return MORTISE_NULL_POINTER;
  MortisePlugin* plugin = plugin_of(host);
  const FfiResult allowed = plugin_may_ask(plugin);
  if (allowed != MORTISE_OK) return allowed;
  if (atomic_load(&plugin->opened_by) != thread_self()) return MORTISE_WRONG_STATE;
  if (name == NULL || table == NULL) return MORTISE_NULL_POINTER;
  *table = NULL;
  if (version_range != NULL && range_test(version_range, &any) == RANGE_MALFORMED) return MORTISE_INVALID_DATA;
  mutex_lock(&lock);
  const FfiResult result = use_service(plugin, name, version_range, table);
  mutex_unlock(&lock);
  return result;
}
