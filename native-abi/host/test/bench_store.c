/* What a get, a set and a run of ten stages cost, in nanoseconds. Medians of several rounds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../platform.h"
#include "fixture.h"

#define ROUNDS 15

static int by_number(const void* a, const void* b) {
  const double left = *(const double*)a;
  const double right = *(const double*)b;
  return (left > right) - (left < right);
}

static double median(double* values) {
  qsort(values, ROUNDS, sizeof *values, by_number);
  return values[ROUNDS / 2];
}

#define LOOPS 100000

typedef struct Timing {
  const char* name;
  int kind;
  double nanoseconds;
} Timing;

enum { GET, SET, GET_COPIED_KEY, SET_STRING, SET_BYTES };

static FfiResult measure(void* state, const MortiseContext* context, MortiseError* error) {
  (void)error;
  Timing* timing = state;
  static const char* const keys[] = {"count", "width", "height", "frame.index"};
  static char text[1024];
  MortiseValue value = mortise_int64(7);
  const MortiseValue string = mortise_string("a string of forty bytes, more or less...", 40);
  const MortiseValue bytes = mortise_bytes(text, sizeof text);
  for (int i = 0; i < 4; i++) context->set(context, keys[i], &value);
  char moving[2][64];
  const uint64_t before = clock_monotonic_ns();
  for (int i = 0; i < LOOPS; i++) {
    const char* key = keys[i & 3];
    switch (timing->kind) {
      case GET: context->get(context, key, &value); break;
      case SET: context->set(context, key, &value); break;
      case GET_COPIED_KEY:
        /* A key built on the stack: the same address with other bytes each time. */
        strcpy(moving[0], key);
        context->get(context, moving[0], &value);
        break;
      case SET_STRING: context->set(context, key, &string); break;
      default: context->set(context, key, &bytes); break;
    }
  }
  timing->nanoseconds = (double)(clock_monotonic_ns() - before) / LOOPS;
  return MORTISE_OK;
}

static FfiResult small_stage(void* state, const MortiseContext* context, MortiseError* error) {
  (void)state;
  (void)error;
  MortiseValue a, b, c, d;
  context->get(context, "count", &a);
  context->get(context, "width", &b);
  context->get(context, "height", &c);
  context->get(context, "frame.index", &d);
  a.as.int64 += b.as.int64;
  c.as.int64 += d.as.int64;
  context->set(context, "count", &a);
  return context->set(context, "height", &c);
}

static FfiResult empty_stage(void* state, const MortiseContext* context, MortiseError* error) {
  (void)state;
  (void)context;
  (void)error;
  return MORTISE_OK;
}

static double time_run(Fixture* fixture, const uintptr_t* stages, uint32_t count, MortiseStageResult* results) {
  double rounds[ROUNDS];
  for (int round = 0; round < ROUNDS; round++) {
    const uint64_t before = clock_monotonic_ns();
    for (int i = 0; i < 10000; i++) mortise_run(fixture->store, stages, count, MORTISE_LIVE, results);
    rounds[round] = (double)(clock_monotonic_ns() - before) / 10000;
  }
  return median(rounds);
}

int main(void) {
  Fixture fixture;
  fixture_open(&fixture);
  Timing timings[] = {{"get int64 by key", GET, 0},
                      {"set int64 by key", SET, 0},
                      {"get int64, key built on the stack (with its strcpy)", GET_COPIED_KEY, 0},
                      {"set string of 40 bytes", SET_STRING, 0},
                      {"set bytes of 1 KiB", SET_BYTES, 0}};
  for (size_t t = 0; t < sizeof timings / sizeof *timings; t++) {
    double rounds[ROUNDS];
    const uintptr_t stage = fixture_stage(&fixture, measure, NULL, &timings[t]);
    for (int round = 0; round < ROUNDS; round++) {
      mortise_store_reset(fixture.store);
      mortise_run(fixture.store, &stage, 1, MORTISE_LIVE, NULL);
      rounds[round] = timings[t].nanoseconds;
    }
    printf("%8.1f ns  %s\n", median(rounds), timings[t].name);
  }

  mortise_store_reset(fixture.store);
  const char* const keys[] = {"count", "width", "height", "frame.index"};
  Entries entries = {0};
  for (int i = 0; i < 4; i++) entries_add(&entries, keys[i], mortise_int64(i));
  mortise_store_write(fixture.store, entries.bytes, entries.length);
  uintptr_t small[10], empty[10];
  MortiseStageResult results[10];
  const uintptr_t small_handle = fixture_stage(&fixture, small_stage, NULL, NULL);
  const uintptr_t empty_handle = fixture_stage(&fixture, empty_stage, NULL, NULL);
  for (int i = 0; i < 10; i++) {
    small[i] = small_handle;
    empty[i] = empty_handle;
  }
  printf("%8.1f ns  ten empty stages in one mortise_run\n", time_run(&fixture, empty, 10, results));
  printf("%8.1f ns  ten stages x (4 get + 2 set) in one mortise_run\n", time_run(&fixture, small, 10, results));
  printf("%8.1f ns  the same without results, so without clock reads\n", time_run(&fixture, small, 10, NULL));

  double rounds[ROUNDS];
  for (int round = 0; round < ROUNDS; round++) {
    const uint64_t before = clock_monotonic_ns();
    for (int i = 0; i < 10000; i++) clock_monotonic_ns();
    rounds[round] = (double)(clock_monotonic_ns() - before) / 10000;
  }
  printf("%8.1f ns  one read of the clock\n", median(rounds));

  static char megabyte[1 << 20];
  for (int round = 0; round < ROUNDS; round++) {
    const uint64_t before = clock_monotonic_ns();
    for (int i = 0; i < 100; i++) {
      mortise_store_put(fixture.store, "large", 5, MORTISE_BYTES, megabyte, sizeof megabyte);
      mortise_store_reset(fixture.store);
    }
    rounds[round] = (double)(clock_monotonic_ns() - before) / 100;
  }
  printf("%8.1f ns  put bytes of 1 MiB and reset\n", median(rounds));
  fixture_close(&fixture);
  return 0;
}
