/* mortise.health/1: the plugin's own word on how it is. */
#ifndef MORTISE_EXT_HEALTH_H
#define MORTISE_EXT_HEALTH_H

#include "../error.h"

#define MORTISE_EXT_HEALTH "mortise.health/1"

enum MortiseHealth { MORTISE_HEALTHY = 0, MORTISE_HEALTH_WARNING = 1, MORTISE_HEALTH_ERROR = 2 };

typedef struct MortiseHealthExtension {
  uint32_t size;
  uint32_t reserved;

  /*
   * [main-thread & running; alone] Returns enum MortiseHealth within about 50 µs and writes a sentence to message (length 0: none). Another value counts as an
   * error. {P11 P13 P18 H20}
   */
  uint32_t (*check)(const void* instance, MortiseText* message);
} MortiseHealthExtension;

MORTISE_STATIC_ASSERT(sizeof(MortiseHealthExtension) == 8 + MORTISE_WORD, "MortiseHealthExtension");

#endif
