/* init fails and the table of mortise.error/1 has size 4, right before unreadable memory: a good host reads no function and reports no message. */
#include "skeleton.h"

const void* mortise_plugin_extension(const char* id) {
  static const void* table;
  const uint32_t size = sizeof size;
  if (strcmp(id, MORTISE_EXT_ERROR) != 0) return NULL;
  if (table == NULL) table = guarded_copy(&size, sizeof size);
  count("asked");
  return table;
}

static FfiResult init(const MortiseHost* host) {
  (void)host;
  return MORTISE_ERR;
}

FIXTURE(.init = init)
