/*
 * Nothing is wrong: thread-safe by its record, stages stage-sum:s0 … s3 sleep context `ms` and write the key that context `key` names. `ms.s0` and `key.s0`
 * come first for s0, and so on, so that parallel stages can write different keys or the same one. Counter `peak` is how many ran at once.
 */
#include "skeleton.h"

static FfiResult sum(const MortiseContext* context, MortiseError* error) {
  const char* suffix = strrchr(context->stage_id, ':') + 1;
  char own[32];
  MortiseValue key;
  int64_t running = count_by("running", 1);
  int64_t* peak = counter("", "peak", 1);
  int64_t before = __atomic_load_n(peak, __ATOMIC_SEQ_CST);
  while (before < running && !__atomic_compare_exchange_n(peak, &before, running, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
  }
  snprintf(own, sizeof own, "ms.%s", suffix);
  int64_t ms = get_int64(context, own, get_int64(context, "ms", 0));
  for (int64_t end = now_ms() + ms; now_ms() < end && !mortise_cancelled(context);) sleep_ms(1);
  count_by("running", -1);
  if (mortise_cancelled(context)) return MORTISE_CANCELLED;
  snprintf(own, sizeof own, "key.%s", suffix);
  if (context->get(context, own, &key) != MORTISE_OK && context->get(context, "key", &key) != MORTISE_OK) {
    return mortise_fail(error, MORTISE_NOT_FOUND, "`key` is missing");
  }
  return key.tag == MORTISE_STRING ? set_int64(context, key.as.data, ms) : mortise_fail(error, MORTISE_WRONG_TYPE, "`key` is no string");
}

static const Stage stages[] = {
    {FIXTURE_STEM ":s0", sum, 0}, {FIXTURE_STEM ":s1", sum, 0}, {FIXTURE_STEM ":s2", sum, 0}, {FIXTURE_STEM ":s3", sum, 0}, {0}};

FIXTURE(.stages = stages)
RECORD(MORTISE_THREADS_SAFE);
