/* _plugin_init returns a pointer to {data, vtable}, as a boxed Rust trait object: a good host refuses the two words and what follows them as slots. */
#include "skeleton.h"

static uint64_t data[4] = {1, 2, 3, 4};
static void* const methods[] = {NULL, (void*)32, (void*)8, NULL};
static const void* const fat[24] = {data, methods, data, data + 1, data + 2, methods};

static PluginVTable* entry(PluginVTable* table) {
  (void)table;
  return (PluginVTable*)(uintptr_t)fat;
}

FIXTURE(.entry = entry)
