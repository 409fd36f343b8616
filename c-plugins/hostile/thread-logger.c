/*
 * A thread of the plugin logs every millisecond from init to destroy, which waits for it: a good host takes the lines (counters logged,
 * not_logged) and does not deadlock.
 */
#include "skeleton.h"

#include <pthread.h>

static pthread_t thread;
static int started, stop;

static void* log_lines(void* argument) {
  const MortiseHost* host = argument;
  while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
    MortiseField field = {"line", NULL, mortise_int64(fixture_counter("logged"))};
    FfiResult code = host->log(host, MORTISE_LOG_INFO, "from a thread", SIZE_MAX, &field, 1);
    count(code == MORTISE_OK ? "logged" : "not_logged");
    sleep_ms(1);
  }
  return NULL;
}

static FfiResult init(const MortiseHost* host) {
  stop = 0;
  started = pthread_create(&thread, NULL, log_lines, (void*)(uintptr_t)host) == 0;
  return started ? MORTISE_OK : MORTISE_ERR;
}

static void destroy(void) {
  if (!started) return;
  __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
  pthread_join(thread, NULL);
  started = 0;
}

FIXTURE(.init = init, .destroy = destroy)
