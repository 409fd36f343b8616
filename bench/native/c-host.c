/*
 * The host that costs least: no checks, no JavaScript. Times are taken inside; each mode prints nanoseconds, one number for each line.
 *
 *   c-host load FILE…     per file: open, read metadata, destroy; then the same again, while all are mapped
 *   c-host asking FILE…   the same, and the text of a failure is asked for after each getter and after destroy, of a plugin that has one
 *   c-host memory FILE…   opens all, destroys none; growth of the resident set, in bytes
 *   c-host start FILE…    brings all up, each phase for all of them before the next (start.h); one number for each phase
 *   c-host call N FILE    one call of is_core
 *   c-host stages N       ten stages over a table of four keys
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "metadata.h"
#include "stages.h"
#include "start.h"

static void open_table_or_end(const char* path, Opened* opened) {
  if (open_table(path, opened)) return;
  fprintf(stderr, "c-host: %s cannot be opened: %s\n", path, dlerror());
  exit(1);
}

static void open_or_end(const char* path, Opened* opened) {
  open_table_or_end(path, opened);
  read_metadata(opened);
}

static int load(int count, char** paths, bool asks) {
  double* times = malloc(2 * (size_t)count * sizeof *times);
  Opened opened = {0};
  size_t bytes = 0;
  for (int i = 0; i < 2 * count; i++) {
    const double before = now();
    open_table_or_end(paths[i % count], &opened);
    if (asks) find_errors(&opened);
    read_metadata(&opened);
    opened.table.destroy(opened.table.instance);
    ask(&opened, NULL);
    times[i] = now() - before;
    bytes += opened.bytes;
  }
  for (int i = 0; i < 2 * count; i++) printf("%.0f\n", times[i]);
  free(times);
  return bytes > 0 ? 0 : 1;
}

static int start(int count, char** paths) {
  Opened* opened = calloc((size_t)count, sizeof *opened);
  double times[START_PHASES] = {0};
  for (int i = 0; i < count; i++) {
    const double before = now();
    open_table_or_end(paths[i], &opened[i]);
    const double between = now();
    read_metadata(&opened[i]);
    times[0] += between - before;
    times[1] += now() - between;
  }
  for (int phase = 2; phase < START_PHASES; phase++) {
    const double before = now();
    for (int i = 0; i < count; i++) {
      if (bring_up(&opened[i].table, phase) == MORTISE_OK) continue;
      fprintf(stderr, "c-host: phase %d of %s failed\n", phase, paths[i]);
      return 1;
    }
    times[phase] = now() - before;
  }
  for (int phase = 0; phase < START_PHASES; phase++) printf("%.0f\n", times[phase]);
  free(opened);
  return 0;
}

static double resident(void) {
  double pages = 0;
  FILE* file = fopen("/proc/self/statm", "r");
  if (file == NULL || fscanf(file, "%*f %lf", &pages) != 1) return 0;
  fclose(file);
  return pages * (double)sysconf(_SC_PAGESIZE);
}

static int memory(int count, char** paths) {
  Opened* opened = calloc((size_t)count, sizeof *opened);
  open_or_end(paths[0], &opened[0]);
  const double before = resident();
  for (int i = 1; i < count; i++) open_or_end(paths[i], &opened[i]);
  printf("%.0f\n", (resident() - before) / (count - 1));
  free(opened);
  return 0;
}

static int call(long times, const char* path) {
  Opened opened = {0};
  open_or_end(path, &opened);
  bool (*volatile is_core)(const void*) = opened.table.is_core;
  long yes = 0;
  const double before = now();
  for (long i = 0; i < times; i++) yes += is_core(opened.table.instance);
  printf("%.3f\n", (now() - before) / (double)times);
  return yes > 0;
}

static struct {
  const char* key;
  int64_t value;
} values[] = {{"c0", 0}, {"c1", 0}, {"c2", 2}, {"c3", 3}};

static int64_t* find(const char* key) {
  int i = 0;
  while (strcmp(values[i].key, key) != 0) i++;
  return &values[i].value;
}

static int64_t get(void* data, const char* key) {
  (void)data;
  return *find(key);
}

static void set(void* data, const char* key, int64_t value) {
  (void)data;
  *find(key) = value;
}

static int stages(long times) {
  const volatile Access access = {get, set, NULL};
  const double before = now();
  for (long i = 0; i < times; i++) {
    const Access now_access = access; /* read each time, so that nothing is inlined */
    run_stages(&now_access);
  }
  printf("%.3f\n", (now() - before) / (double)times);
  return values[0].value == times * STAGES ? 0 : 1;
}

int main(int count, char** arguments) {
  const char* mode = count > 2 ? arguments[1] : "";
  if (strcmp(mode, "load") == 0) return load(count - 2, arguments + 2, false);
  if (strcmp(mode, "asking") == 0) return load(count - 2, arguments + 2, true);
  if (strcmp(mode, "memory") == 0) return memory(count - 2, arguments + 2);
  if (strcmp(mode, "start") == 0) return start(count - 2, arguments + 2);
  if (strcmp(mode, "call") == 0 && count > 3) return call(atol(arguments[2]), arguments[3]);
  if (strcmp(mode, "stages") == 0) return stages(atol(arguments[2]));
  return 2;
}
