/* mortise.services/1: tables of functions that the plugin offers to other plugins. Looking one up: MortiseHost.service. */
#ifndef MORTISE_EXT_SERVICES_H
#define MORTISE_EXT_SERVICES_H

#include "../error.h"

#define MORTISE_EXT_SERVICES "mortise.services/1"

/* Filled by describe. The strings are the plugin's, NUL-terminated UTF-8, static. */
typedef struct MortiseService {
  uint32_t size;  /* set by the host; write no further */
  uint32_t flags; /* 0 */
  const char* name;    /* reverse DNS or a plain name: [A-Za-z][A-Za-z0-9._-]{0,63} */
  const char* version; /* semantic version 2.0.0 */
  const void* table;   /* first field: uint32_t size; valid from init until shutdown returns; [any-thread] unless its own header says otherwise */
} MortiseService;

typedef struct MortiseServicesExtension {
  uint32_t size;
  uint32_t reserved;

  /* [main-thread & initialised; alone] How many; constant for the instance; at most MORTISE_MAX_ITEMS. {P4 P24} */
  uint32_t (*count)(const void* instance);

  /* [main-thread & initialised; alone] Describes service index < count. {P3 P4 P17 P18 P24 P25 H22 H25} */
  FfiResult (*describe)(const void* instance, uint32_t index, MortiseService* service);
} MortiseServicesExtension;

MORTISE_STATIC_ASSERT(sizeof(MortiseService) == 8 + 3 * MORTISE_WORD, "MortiseService");
MORTISE_STATIC_ASSERT(sizeof(MortiseServicesExtension) == 8 + 2 * MORTISE_WORD, "MortiseServicesExtension");

#endif
