/* finder: how a plugin uses the service of store. Its base table would name store as a dependency, and call find_store in init. */
#include "mortise.h"
#include "store.h"

static const Store* store; /* may be used until shutdown returns: store is stopped after this plugin */

FfiResult find_store(const MortiseHost* host);

FfiResult find_store(const MortiseHost* host) {
  const void* table = NULL;
  FfiResult found = host->service(host, STORE_SERVICE, "^1.0.0", &table);
  if (found != MORTISE_OK) return found; /* MORTISE_NOT_FOUND, MORTISE_DENIED: go on without, or fail */
  store = (const Store*)table;
  if (MORTISE_HAS(store, Store, add)) store->add(1);
  return MORTISE_OK;
}
