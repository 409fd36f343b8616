/* One slot points to code of the process that this library does not need: a good host refuses the table. */
#include "skeleton.h"

#include <dlfcn.h>

/* A function of Node where there is one, else of a library beside this one that is opened for the purpose. */
static PluginVTable* entry(PluginVTable* table) {
  static void* address;
  if (address == NULL) address = dlsym(RTLD_DEFAULT, "uv_version");
  if (address == NULL) address = dlsym(RTLD_DEFAULT, "napi_create_int32");
  if (address == NULL) {
    Dl_info here;
    char path[4096];
    if (dladdr(&fixture_table, &here) == 0) abort();
    const char* slash = strrchr(here.dli_fname, '/');
    const char* dot = strrchr(here.dli_fname, '.');
    snprintf(path, sizeof path, "%.*sentry-provider%s", slash != NULL ? (int)(slash + 1 - here.dli_fname) : 0, here.dli_fname,
             dot != NULL ? dot : ".so");
    void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) broken("entry", "neither Node nor entry-provider is here");
    address = dlsym(library, "entry_provider");
  }
  memcpy(&table->preflight_check, &address, sizeof address);
  return table;
}

FIXTURE(.entry = entry)
