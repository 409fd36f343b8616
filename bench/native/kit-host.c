/*
 * Runs stages as the host does, in C: a plugin's own context and table, and the host library as it is, without JavaScript.
 *
 *   kit-host STAGE N FILE…    STAGE: `count` (an int64) or `copy` (a text of 1 KiB). Prints nanoseconds of one call: of a C function that does that in memory, through a
 *                             pointer; then of the stage of each plugin, N of each in runs of ten
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "fixture.h"
#include "opening.h"

#define BATCH 10
#define BATCHES 10 /* before the store is emptied, as it is between runs: what stages wrote stays in it until then */
#define TEXT 1024

typedef struct Contestant {
  Library library;
  Opening opening;
  MortiseStore* store;
  uintptr_t handles[BATCH];
} Contestant;

static char text[TEXT], copied[TEXT];
static int64_t counted;

static void count(void) {
  counted++;
}

static void copy(void) {
  memcpy(copied, text, TEXT);
}

static void fill(Contestant* contestant) {
  static Entries entries;
  entries.length = 0;
  entries_add(&entries, "count", mortise_int64(0));
  mortise_store_reset(contestant->store);
  if (mortise_store_write(contestant->store, entries.bytes, entries.length) == MORTISE_OK &&
      mortise_store_put(contestant->store, "text", 4, MORTISE_STRING, text, TEXT) == MORTISE_OK) {
    return;
  }
  fprintf(stderr, "kit-host: %s got no values\n", contestant->library.name);
  exit(1);
}

static void begin(Contestant* contestant, const char* path, const char* stage) {
  Opening* opening = &contestant->opening;
  const bool is_running = library_open(&contestant->library, path) && opening_start(opening, &contestant->library);
  const OpeningStage* found = is_running ? opening_stage(opening, stage) : NULL;
  if (found == NULL) {
    fprintf(stderr, "kit-host: %s does not run, or has no stage %s\n", path, stage);
    exit(1);
  }
  for (int i = 0; i < BATCH; i++) contestant->handles[i] = found->handle;
  contestant->store = mortise_store_open(opening->session);
}

static double timed_function(void (*given)(void), long times) {
  void (*volatile function)(void) = given; /* read each time, so that nothing is inlined */
  const double before = now();
  for (long i = 0; i < times; i++) function();
  return (now() - before) / (double)times;
}

static double timed_stage(Contestant* contestant, long times) {
  const double before = now();
  for (long i = 0; i < times; i += BATCH) {
    if (i % (BATCH * BATCHES) == 0) fill(contestant);
    if (mortise_run(contestant->store, contestant->handles, BATCH, MORTISE_LIVE, NULL) == MORTISE_OK) continue;
    fprintf(stderr, "kit-host: a stage of %s failed\n", contestant->library.name);
    exit(1);
  }
  return (now() - before) / (double)times;
}

int main(int argument_count, char** arguments) {
  const int files = argument_count - 3;
  const char* stage = files > 0 ? arguments[1] : "";
  void (*const function)(void) = strcmp(stage, "count") == 0 ? count : strcmp(stage, "copy") == 0 ? copy : NULL;
  const long times = files > 0 ? atol(arguments[2]) / BATCH * BATCH : 0;
  if (function == NULL || times <= 0) return 2;
  memset(text, 'm', sizeof text);
  Contestant* contestants = calloc((size_t)files, sizeof *contestants);
  for (int i = 0; i < files; i++) begin(&contestants[i], arguments[3 + i], stage);
  /* A tenth first, which is not counted: pages are touched, stores grow. */
  timed_function(function, times / 10);
  for (int i = 0; i < files; i++) timed_stage(&contestants[i], times / 10);
  printf("%.3f\n", timed_function(function, times));
  for (int i = 0; i < files; i++) printf("%.3f\n", timed_stage(&contestants[i], times));
  for (int i = 0; i < files; i++) opening_end(&contestants[i].opening);
  free(contestants);
  return counted >= times || memcmp(copied, text, TEXT) == 0 ? 0 : 1; /* what is never read need not be done */
}
