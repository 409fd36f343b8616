/* The cases of the driver, by what they drive. Each prints a line for each case. */
#ifndef MORTISE_KITS_LIFE_H
#define MORTISE_KITS_LIFE_H

#include "opening.h"

/* life.c: what holds for every plugin. */
void drive_life(const Library* library);

/* stages.c: the stages of a faulty plugin, with values of every type, from many threads. */
void drive_stages(const Library* library);

/* functions.c: its functions. */
void drive_functions(const Library* library);

/* slots.c: each slot of it fails in turn. */
void drive_slots(const Library* library);

/* Runs execute or dry_run of one stage on an empty store on this thread, and records a failure under `slot`. text of a dry run: what it described first. */
FfiResult run_stage(Opening* opening, const OpeningStage* stage, uint32_t mode, MortiseStore* store, char* text, size_t capacity);

/* What a text becomes that was thrown, or panicked with, in the language of the plugin: found holds it so. */
bool is_panic_text(const Library* library, const char* wanted, const char* found);

#endif
