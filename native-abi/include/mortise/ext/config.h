/* mortise.config/1: options with a schema, changed while the plugin runs. */
#ifndef MORTISE_EXT_CONFIG_H
#define MORTISE_EXT_CONFIG_H

#include "../error.h"

#define MORTISE_EXT_CONFIG "mortise.config/1"

typedef struct MortiseConfigExtension {
  uint32_t size;
  uint32_t reserved;

  /* [main-thread & opened; alone] JSON Schema (2020-12) of the plugin's options as NUL-terminated UTF-8; static. NULL: everything is accepted. {P3 P18 P24} */
  const char* (*schema)(const void* instance);

  /*
   * [main-thread & registered, running; alone] New options, the whole object as JSON, already valid by the schema. Called once before init, after
   * mortise.state/1 restored, and at each change.
   * Anything but MORTISE_OK keeps the former options in force. {P7 P23 P29 H20 H22}
   */
  FfiResult (*apply)(void* instance, const char* json, size_t length, MortiseError* error);
} MortiseConfigExtension;

MORTISE_STATIC_ASSERT(sizeof(MortiseConfigExtension) == 8 + 2 * MORTISE_WORD, "MortiseConfigExtension");

#endif
