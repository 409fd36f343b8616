/* What a plain host gives to plugins that it starts: a registry that copies stages, a host and a context that offer nothing. */
#ifndef BENCH_START_H
#define BENCH_START_H

#include <stdlib.h>
#include <string.h>

#include "mortise.h"

#define START_PHASES 5 /* loading, metadata, stages, init, preflight */

static struct {
  MortiseStage* items;
  size_t count, room;
} taken;

static const char* copy_text(const char* text) {
  return text != NULL ? strdup(text) : NULL;
}

static FfiResult take_stage(const MortiseRegistry* registry, const MortiseStage* stage, MortiseError* error) {
  (void)registry;
  (void)error;
  if (taken.count == taken.room) {
    taken.room = taken.room > 0 ? 2 * taken.room : 64;
    taken.items = realloc(taken.items, taken.room * sizeof *taken.items);
    if (taken.items == NULL) return MORTISE_OUT_OF_MEMORY;
  }
  MortiseStage* copy = &taken.items[taken.count++];
  *copy = *stage;
  copy->id = copy_text(stage->id);
  copy->name = copy_text(stage->name);
  copy->description = copy_text(stage->description);
  return MORTISE_OK;
}

/* One phase of one plugin, by its place among the phases. */
static FfiResult bring_up(const PluginVTable* table, int phase) {
  static MortiseHost host = {.size = sizeof host};
  static const MortiseRegistry registry = {sizeof registry, 0, &host, take_stage};
  static const MortiseContext context = {.size = sizeof context, .host = &host};
  if (phase == 2) return table->register_stages(table->instance, (void*)(uintptr_t)&registry);
  return phase == 3 ? table->init(table->instance, &host) : table->preflight_check(table->instance, &context);
}

#endif
