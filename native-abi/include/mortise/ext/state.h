/* mortise.state/1: what survives a restart or a reload. */
#ifndef MORTISE_EXT_STATE_H
#define MORTISE_EXT_STATE_H

#include "../error.h"
#include "../value.h"

#define MORTISE_EXT_STATE "mortise.state/1"

typedef struct MortiseStateExtension {
  uint32_t size;
  uint32_t reserved;

  /* [main-thread & opened; alone] Version of the form in which state is saved; the plugin raises it when the form changes. {P28} */
  uint32_t (*version)(const void* instance);

  /*
   * [main-thread & running; alone] Writes the state to *value, which is the plugin's: the host copies it, then calls free_value exactly once
   * if and only if MORTISE_OK was returned. {P15 P18 P23 P26 H11 H20}
   */
  FfiResult (*save)(const void* instance, MortiseValue* value, MortiseError* error);

  /* [main-thread & running; after save] Releases what save wrote. {P5 H11} */
  void (*free_value)(const void* instance, MortiseValue* value);

  /* [main-thread & registered; alone, before init] Restores what save wrote under `version`. value is borrowed. A failure starts the plugin without state. {P7 P15 P23 P28 H9 H20} */
  FfiResult (*restore)(void* instance, uint32_t version, const MortiseValue* value, MortiseError* error);
} MortiseStateExtension;

MORTISE_STATIC_ASSERT(sizeof(MortiseStateExtension) == 8 + 4 * MORTISE_WORD, "MortiseStateExtension");

#endif
