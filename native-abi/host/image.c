#include <string.h>

#include "allocation.h"
#include "session.h"

int32_t mortise_image_find(uintptr_t address, MortiseImage* image) {
  return image_describe(address, image) ? MORTISE_OK : MORTISE_NOT_FOUND;
}

int32_t mortise_image_symbol(uintptr_t address, char* name, size_t capacity) {
  return image_symbol(address, name, capacity) ? MORTISE_OK : MORTISE_NOT_FOUND;
}

int32_t mortise_image_pin(uintptr_t address) {
  return image_keep(address) && exit_guard_arm() ? MORTISE_OK : MORTISE_NOT_FOUND;
}

/* What was remembered of a mapped image. Never forgotten: images stay mapped. */
typedef struct KnownImage {
  uint64_t base;
  uint8_t fingerprint[MORTISE_FINGERPRINT];
} KnownImage;

static Mutex known_lock = MUTEX_INITIAL;
static KnownImage* known;
static size_t known_count;
static size_t known_capacity;

int32_t mortise_image_remember(uint64_t image_base, const uint8_t* fingerprint) {
  int32_t result = MORTISE_OK;
  mutex_lock(&known_lock);
  size_t index = 0;
  while (index < known_count && known[index].base != image_base) index++;
  if (index < known_count) {
    result = memcmp(known[index].fingerprint, fingerprint, MORTISE_FINGERPRINT) == 0 ? MORTISE_EXISTS : MORTISE_INVALID_DATA;
  } else if (!array_reserve((void**)&known, &known_capacity, known_count, sizeof *known, 16)) {
    result = MORTISE_OUT_OF_MEMORY;
  } else {
    known[known_count].base = image_base;
    memcpy(known[known_count].fingerprint, fingerprint, MORTISE_FINGERPRINT);
    known_count++;
  }
  mutex_unlock(&known_lock);
  return result;
}
