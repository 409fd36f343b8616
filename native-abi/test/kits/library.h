/* A compiled plugin, opened with dlopen for the life of the process. */
#ifndef MORTISE_KITS_LIBRARY_H
#define MORTISE_KITS_LIBRARY_H

#include <stdbool.h>

#include "../../host/mortise_host.h"

typedef struct Library {
  MortiseRecord record; /* as it stands in the file */
  char* manifest;       /* NUL-terminated */
  char name[MORTISE_MAX_NAME + 1];
  char version[64];
  PluginVTable* (*entry)(void);
  const void* (*extension)(const char* id); /* NULL: not exported */
  uint64_t base;
} Library;

/* Reads the record from the file, then opens it. False after a message on stderr. */
bool library_open(Library* library, const char* path);
void library_close(Library* library);

/* Whether the plugin is one of those that are made with a kit, which derives metadata. */
bool library_has_kit(const Library* library);

#endif
