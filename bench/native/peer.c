/* What bare Koffi calls. */
#include <stddef.h>
#include <string.h>

#include "stages.h"

#define EXPORT __attribute__((visibility("default")))

static char kept[1 << 20];

EXPORT void peer_put(const void* data, size_t length);
void peer_put(const void* data, size_t length) {
  memcpy(kept, data, length);
}

EXPORT void peer_take(void* data, size_t length);
void peer_take(void* data, size_t length) {
  memcpy(data, kept, length);
}

EXPORT void peer_nothing(void);
void peer_nothing(void) {
}

typedef struct Callbacks {
  int64_t (*get)(const char* key);
  void (*set)(const char* key, int64_t value);
} Callbacks;

static int64_t get(void* data, const char* key) {
  return ((const Callbacks*)data)->get(key);
}

static void set(void* data, const char* key, int64_t value) {
  ((const Callbacks*)data)->set(key, value);
}

EXPORT void peer_stages(int64_t (*get_value)(const char* key), void (*set_value)(const char* key, int64_t value));
void peer_stages(int64_t (*get_value)(const char* key), void (*set_value)(const char* key, int64_t value)) {
  Callbacks callbacks = {get_value, set_value};
  const Access access = {get, set, &callbacks};
  run_stages(&access);
}
