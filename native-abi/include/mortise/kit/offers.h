/* The tables of mortise.functions/1, mortise.services/1 and mortise.resources/1. */
#ifndef MORTISE_KIT_OFFERS_H
#define MORTISE_KIT_OFFERS_H

#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
#endif

#include "state.h"

/*
 * Spins: what is done behind it is a few loads and stores. Rationale: free_result gets a value and nothing else, and a result that borrows must not
 * be freed, so those that are to be freed are known by their address.
 */
static inline void mortise_kit_lock(void) {
#if defined(_MSC_VER) && !defined(__clang__)
  while (_InterlockedExchange(&mortise_kit.lock, 1) != 0) {
  }
#else
  while (__atomic_exchange_n(&mortise_kit.lock, 1, __ATOMIC_ACQUIRE) != 0) {
  }
#endif
}

static inline void mortise_kit_unlock(void) {
#if defined(_MSC_VER) && !defined(__clang__)
  (void)_InterlockedExchange(&mortise_kit.lock, 0);
#else
  __atomic_store_n(&mortise_kit.lock, 0, __ATOMIC_RELEASE);
#endif
}

static inline uint32_t mortise_kit_function_count(const void* instance) {
  (void)instance;
  return (uint32_t)mortise_kit.plugin->functions.count;
}

static inline FfiResult mortise_kit_describe_function(const void* instance, uint32_t index, MortiseFunction* function) {
  const MortiseCallable* callable;
  (void)instance;
  if (index >= mortise_kit.plugin->functions.count) return MORTISE_NOT_FOUND;
  callable = &mortise_kit.plugin->functions.items[index];
  function->flags = callable->flags;
  function->name = callable->name;
  function->description = callable->description;
  function->arguments_schema = callable->arguments_schema;
  function->result_schema = callable->result_schema;
  return MORTISE_OK;
}

static inline FfiResult mortise_kit_call(void* instance, uint32_t index, const MortiseCall* call, const MortiseValue* arguments,
                                         size_t argument_count, MortiseValue* result, MortiseError* error) {
  const MortiseCallable* callable;
  MortiseArguments given;
  MortiseReturn returned;
  FfiResult code;
  if (index >= mortise_kit.plugin->functions.count) return mortise_failf(error, MORTISE_NOT_FOUND, "there is no function %u", (unsigned)index);
  callable = &mortise_kit.plugin->functions.items[index];
  given.values = arguments;
  given.count = argument_count;
  given.function = callable->name;
  given.call = call;
  given.host = mortise_kit.host;
  returned.value = mortise_null();
  returned.owned = NULL;
  code = callable->function(callable->state != NULL ? callable->state : instance, &given, &returned, error);
  if (code != MORTISE_OK) {
    mortise_kit_release(returned.owned);
    return code;
  }
  if (returned.owned != NULL) {
    mortise_kit_lock();
    returned.owned->next = mortise_kit.owned;
    mortise_kit.owned = returned.owned;
    mortise_kit_unlock();
  }
  *result = returned.value;
  return MORTISE_OK;
}

static inline void mortise_kit_free_result(void* instance, MortiseValue* result) {
  MortiseOwned** link;
  MortiseOwned* found = NULL;
  (void)instance;
  if (!mortise_kit_has_data(result)) return;
  mortise_kit_lock();
  for (link = &mortise_kit.owned; *link != NULL && found == NULL;) {
    if ((*link)->data == result->as.data) {
      found = *link;
      *link = found->next;
    } else {
      link = &(*link)->next;
    }
  }
  mortise_kit_unlock();
  mortise_kit_release(found);
}

/* ---- mortise.services/1, mortise.resources/1 ---- */

static inline uint32_t mortise_kit_service_count(const void* instance) {
  (void)instance;
  return (uint32_t)mortise_kit.plugin->services.count;
}

static inline FfiResult mortise_kit_describe_service(const void* instance, uint32_t index, MortiseService* service) {
  const MortiseService* offered;
  (void)instance;
  if (index >= mortise_kit.plugin->services.count) return MORTISE_NOT_FOUND;
  offered = &mortise_kit.plugin->services.items[index];
  service->flags = offered->flags;
  service->name = offered->name;
  service->version = offered->version;
  service->table = offered->table;
  return MORTISE_OK;
}

static inline uint32_t mortise_kit_resource_count(const void* instance) {
  (void)instance;
  return (uint32_t)mortise_kit.plugin->resources.count;
}

static inline FfiResult mortise_kit_describe_resource(const void* instance, uint32_t index, MortiseResource* resource) {
  const MortiseResource* used;
  (void)instance;
  if (index >= mortise_kit.plugin->resources.count) return MORTISE_NOT_FOUND;
  used = &mortise_kit.plugin->resources.items[index];
  resource->access = used->access;
  resource->type = used->type;
  resource->identifier = used->identifier;
  return MORTISE_OK;
}

#endif
