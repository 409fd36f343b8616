/* mortise.resources/1: what the plugin uses outside itself, so that two plugins that cannot share it are found before they run. */
#ifndef MORTISE_EXT_RESOURCES_H
#define MORTISE_EXT_RESOURCES_H

#include "../error.h"

#define MORTISE_EXT_RESOURCES "mortise.resources/1"

enum MortiseAccess {
  MORTISE_SHARED_READ = 0,
  MORTISE_SHARED_WRITE = 1,
  MORTISE_EXCLUSIVE_WRITE = 2, /* conflicts with every other access */
  MORTISE_PROVIDES_UNIQUE = 3  /* makes the identifier itself; conflicts with another that makes it */
};

/* Filled by describe. The strings are the plugin's, NUL-terminated UTF-8, static. */
typedef struct MortiseResource {
  uint32_t size;   /* set by the host; write no further */
  uint32_t access; /* enum MortiseAccess */
  const char* type;       /* "file", "port", "device", … an open list */
  const char* identifier; /* compared byte by byte within a type */
} MortiseResource;

typedef struct MortiseResourcesExtension {
  uint32_t size;
  uint32_t reserved;

  /* [main-thread & opened; alone] How many; constant for the instance; at most MORTISE_MAX_ITEMS. {P4 P24} */
  uint32_t (*count)(const void* instance);

  /* [main-thread & opened; alone] Describes resource index < count. {P3 P4 P17 P18 P24 H22 H25} */
  FfiResult (*describe)(const void* instance, uint32_t index, MortiseResource* resource);
} MortiseResourcesExtension;

MORTISE_STATIC_ASSERT(sizeof(MortiseResource) == 8 + 2 * MORTISE_WORD, "MortiseResource");
MORTISE_STATIC_ASSERT(sizeof(MortiseResourcesExtension) == 8 + 2 * MORTISE_WORD, "MortiseResourcesExtension");

#endif
