/* mortise.config/1: options with a schema, changed while the plugin runs. */
#ifndef MORTISE_EXT_CONFIG_H
#define MORTISE_EXT_CONFIG_H

#include "../error.h"

#define MORTISE_EXT_CONFIG "mortise.config/1"

typedef struct MortiseConfigExtension {
  uint32_t size;
  uint32_t reserved;

  /* [main-thread & opened] JSON Schema (2020-12) of the plugin's options as NUL-terminated UTF-8; static. NULL: everything is accepted. */
  const char* (*schema)(const void* instance);

  /*
   * [main-thread & registered, running] New options, the whole object as JSON, already valid by the schema. Called once before init, after
   * mortise.state/1 restored, and at each change.
   * Anything but MORTISE_OK keeps the former options in force.
   */
  FfiResult (*apply)(void* instance, const char* json, size_t length, MortiseError* error);
} MortiseConfigExtension;

MORTISE_STATIC_ASSERT(sizeof(MortiseConfigExtension) == 8 + 2 * MORTISE_WORD, "MortiseConfigExtension");

#endif
