#include "level.h"

#include <stdio.h>
#include <string.h>

static const struct {
  uint32_t level;
  const char* name;
} levels[] = {
#define LEVEL(constant, number, text) {number, text},
    MORTISE_LOG_LEVELS(LEVEL)
#undef LEVEL
};

#define LEVEL_COUNT (sizeof levels / sizeof levels[0])

const char* level_name(uint32_t level) {
  for (size_t index = 0; index < LEVEL_COUNT; index++) {
    if (levels[index].level == level) return levels[index].name;
  }
  return NULL;
}

bool level_of(const MortiseValue* value, uint32_t* level) {
  if (value->tag != MORTISE_STRING) return false;
  for (size_t index = 0; index < LEVEL_COUNT; index++) {
    const char* name = levels[index].name;
    if (value->length != strlen(name) || memcmp(value->as.data, name, (size_t)value->length) != 0) continue;
    *level = levels[index].level;
    return true;
  }
  return false;
}

void level_found(const MortiseValue* value, char* text, size_t capacity) {
  char shown[64];
  MortiseText cut = {shown, sizeof shown - 1, 0};
  if (value->tag != MORTISE_STRING) {
    snprintf(text, capacity, "of type %s", mortise_tag_name(value->tag));
    return;
  }
  mortise_text_set(&cut, value->as.data, (size_t)value->length);
  shown[cut.length] = '\0';
  snprintf(text, capacity, "\"%s\"%s", shown, cut.length < value->length ? "..." : "");
}
