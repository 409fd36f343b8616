/* mortise.error/1: the text behind a failed call of the base table. */
#ifndef MORTISE_EXT_ERROR_H
#define MORTISE_EXT_ERROR_H

#include "../error.h"

#define MORTISE_EXT_ERROR "mortise.error/1"

typedef struct MortiseErrorExtension {
  uint32_t size;
  uint32_t reserved;

  /*
   * [the thread of the failed call, directly after it] Copies the message of the last failed call on this instance to message, and forgets it; length 0: none.
   * instance is NULL after _plugin_init returned NULL. A failed register_stages, init, preflight_check or shutdown is asked once.
   */
  void (*last_message)(const void* instance, MortiseText* message);
} MortiseErrorExtension;

MORTISE_STATIC_ASSERT(sizeof(MortiseErrorExtension) == 8 + MORTISE_WORD, "MortiseErrorExtension");

#endif
