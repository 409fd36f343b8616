#include "allocation.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(MORTISE_TEST_ALLOCATION)

#include <stdatomic.h>

static atomic_long remaining = -1;
static atomic_long requests;

void allocation_fail_after(long successes) {
  atomic_store(&remaining, successes);
  atomic_store(&requests, 0);
}

long allocation_requests(void) {
  return atomic_load(&requests);
}

static bool refused(void) {
  atomic_fetch_add(&requests, 1);
  long left = atomic_load(&remaining);
  if (left < 0) return false;
  if (left == 0) return true;
  atomic_store(&remaining, left - 1);
  return false;
}

#else

static inline bool refused(void) {
  return false;
}

#endif

void* allocate(size_t size) {
  return refused() ? NULL : malloc(size);
}

void* allocate_zeroed(size_t size) {
  return refused() ? NULL : calloc(1, size);
}

void* reallocate(void* memory, size_t size) {
  return refused() ? NULL : realloc(memory, size);
}

void release(void* memory) {
  free(memory);
}

bool array_reserve(void** items, size_t* capacity, size_t count, size_t item_size, size_t initial) {
  if (count < *capacity) return true;
  size_t wanted = *capacity == 0 ? initial : *capacity * 2;
  if (wanted > SIZE_MAX / 2 / item_size) return false;
  void* grown = reallocate(*items, wanted * item_size);
  if (grown == NULL) return false;
  *items = grown;
  *capacity = wanted;
  return true;
}
