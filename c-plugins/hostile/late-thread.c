/*
 * A detached thread goes on logging for 200 ms after destroy: a good host answers MORTISE_CANCELLED (counters late:cancelled, late:other,
 * late:done), keeps the library mapped, and delivers none of it.
 */
#include "skeleton.h"

#include <pthread.h>

static int64_t destroyed_at;

static void* log_lines(void* argument) {
  const MortiseHost* host = argument;
  for (;;) {
    int64_t since = __atomic_load_n(&destroyed_at, __ATOMIC_ACQUIRE);
    int64_t began = now_ms();
    FfiResult code = host->log(host, MORTISE_LOG_INFO, "from a late thread", SIZE_MAX, NULL, 0);
    /* destroy notes the time before it returns, and the host may be slow to close: 50 ms of grace. */
    if (since != 0 && began > since + 50) count(code == MORTISE_CANCELLED ? "late:cancelled" : "late:other");
    if (since != 0 && began > since + 200) break;
    sleep_ms(2);
  }
  count("late:done");
  return NULL;
}

static FfiResult init(const MortiseHost* host) {
  pthread_t thread;
  __atomic_store_n(&destroyed_at, 0, __ATOMIC_RELEASE);
  if (pthread_create(&thread, NULL, log_lines, (void*)(uintptr_t)host) != 0) return MORTISE_ERR;
  pthread_detach(thread);
  return MORTISE_OK;
}

static void destroy(void) {
  __atomic_store_n(&destroyed_at, now_ms(), __ATOMIC_RELEASE);
}

FIXTURE(.init = init, .destroy = destroy)
