/* mortise.error/1: the text behind a failed call of the base table. */
#ifndef MORTISE_EXT_ERROR_H
#define MORTISE_EXT_ERROR_H

#include "../error.h"

#define MORTISE_EXT_ERROR "mortise.error/1"

typedef struct MortiseErrorExtension {
  uint32_t size;
  uint32_t reserved;

  /*
   * [call-thread & unopened … destroyed; after a call] Copies the message of the call that failed to message, and forgets it; length 0: it did not fail, or there is none.
   * Asked once after
   * - each metadata getter (name, version, is_core, priority, compatible_api_versions, dependencies, required_stages, conflicts_with,
   *   incompatible_with): a message means that it failed. What it returned then counts for nothing, and is given back as always;
   * - register_stages, init, preflight_check and shutdown, where they returned a failure;
   * - _plugin_init, where it returned NULL: instance is NULL;
   * - destroy, as the very last call: instance is NULL, since there is none any more. A message means that destroy failed, or the destroy of a stage
   *   before it. The plugin is gone all the same. The message must lie where destroy does not release it.
   * A call that succeeds leaves no message: it would be taken for one of the call that is asked about next.
   *
   * Rationale: a getter returns a value and destroy nothing, so neither has a code to fail with; yet code that opens a file or may panic can fail there. {P3 P18 P23 H7 H20}
   */
  void (*last_message)(const void* instance, MortiseText* message);
} MortiseErrorExtension;

MORTISE_STATIC_ASSERT(sizeof(MortiseErrorExtension) == 8 + MORTISE_WORD, "MortiseErrorExtension");

#endif
