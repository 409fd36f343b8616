/*
 * Ten stages, each 4 gets and 2 sets of int64 by key, as c-plugins/hostile/stage-counter.c does them. The functions behind get and set
 * are what is compared.
 */
#ifndef BENCH_STAGES_H
#define BENCH_STAGES_H

#include <stdint.h>

#define STAGES 10

typedef struct Access {
  int64_t (*get)(void* data, const char* key);
  void (*set)(void* data, const char* key, int64_t value);
  void* data;
} Access;

static void step(const Access* access) {
  const int64_t c0 = access->get(access->data, "c0");
  const int64_t c1 = access->get(access->data, "c1");
  const int64_t c2 = access->get(access->data, "c2");
  const int64_t c3 = access->get(access->data, "c3");
  access->set(access->data, "c0", c0 + 1);
  access->set(access->data, "c1", c1 + c2 + c3);
}

static void run_stages(const Access* access) {
  for (int stage = 0; stage < STAGES; stage++) step(access);
}

#endif
