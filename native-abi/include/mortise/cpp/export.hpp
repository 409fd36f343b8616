// Makes a library of a class: the record, and the two functions that a host looks for.
#ifndef MORTISE_CPP_EXPORT_HPP
#define MORTISE_CPP_EXPORT_HPP

#include "../extension.h"
#include "extensions.hpp"

// Once, outside every namespace, in the source file that includes mortise_manifest.h. class_: derives from mortise::Plugin; threads_: MORTISE_THREADS_ONE, or
// MORTISE_THREADS_SAFE where stages and functions may run at once.
#define MORTISE_EXPORT_PLUGIN(class_, threads_)                                                                \
  MORTISE_RECORD(MORTISE_LANGUAGE_CPP, threads_, MORTISE_MANIFEST);                                            \
  MORTISE_EXPORT PluginVTable* _plugin_init(void) {                                                            \
    return ::mortise::detail::Slots::enter<class_>(MORTISE_MANIFEST_NAME, MORTISE_MANIFEST_VERSION);          \
  }                                                                                                            \
  MORTISE_EXPORT const void* mortise_plugin_extension(const char* id) { return ::mortise::detail::Extensions::find(id); }

#endif

// Outside the guard: for the manifest of a plugin that says name and version only now.
#include "../record.h"
