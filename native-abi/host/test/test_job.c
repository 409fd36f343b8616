/* Runs on threads of the library: tickets, limits, abandonment, and what happens when things are closed meanwhile. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>

#include "check.h"
#include "fixture.h"

#define STAGE(name) static FfiResult name(void* state, const MortiseContext* context, MortiseError* error)
#define UNUSED (void)state, (void)context, (void)error

/* What a stage waits for, and what it tells. */
typedef struct Gate {
  atomic_int entered;
  atomic_int open;
  atomic_int left;
} Gate;

STAGE(quick) {
  UNUSED;
  const MortiseValue value = mortise_int64(7);
  return context->set(context, "k", &value);
}

STAGE(waits_at_gate) {
  UNUSED;
  Gate* gate = state;
  atomic_fetch_add(&gate->entered, 1);
  while (!atomic_load(&gate->open)) sleep_ms(1);
  atomic_fetch_add(&gate->left, 1);
  return MORTISE_OK;
}

STAGE(waits_for_the_flag) {
  UNUSED;
  Gate* gate = state;
  atomic_fetch_add(&gate->entered, 1);
  while (!mortise_cancelled(context)) sleep_ms(1);
  atomic_fetch_add(&gate->left, 1);
  return MORTISE_CANCELLED;
}

static void await(atomic_int* counter, int value) {
  for (int i = 0; i < 10000 && atomic_load(counter) < value; i++) sleep_ms(1);
  CHECK(atomic_load(counter) >= value);
}

static pthread_t main_thread;

STAGE(looks_at_its_thread) {
  UNUSED;
  sigset_t blocked;
  CHECK(!pthread_equal(pthread_self(), main_thread));
  pthread_sigmask(SIG_SETMASK, NULL, &blocked);
  CHECK(sigismember(&blocked, SIGPIPE) && sigismember(&blocked, SIGTERM) && sigismember(&blocked, SIGALRM));
  CHECK(!sigismember(&blocked, SIGSEGV));
  return MORTISE_ERR;
}

static void runs_elsewhere(void) {
  Fixture fixture;
  fixture_open(&fixture);
  const uintptr_t stages[] = {fixture_stage(&fixture, quick, NULL, NULL), fixture_stage(&fixture, looks_at_its_thread, NULL, NULL),
                              fixture_stage(&fixture, quick, NULL, NULL)};
  MortiseStageResult results[3];
  int32_t code = -1;
  const uint64_t ticket = mortise_submit(fixture.session, fixture.store, stages, 3, MORTISE_LIVE);
  CHECK(ticket != 0 && ticket < ((uint64_t)1 << 53));
  CHECK(mortise_session_pending(fixture.session) == 1);
  CHECK(fixture_take(&fixture, ticket, results, 3, &code) == MORTISE_OK && code == MORTISE_ERR);
  CHECK(results[0].code == MORTISE_OK && results[1].code == MORTISE_ERR && results[2].flags == MORTISE_STAGE_NOT_RUN);
  CHECK(mortise_session_pending(fixture.session) == 0);
  CHECK(mortise_take(fixture.session, ticket, results, 3, &code) == MORTISE_NOT_FOUND);
  CHECK(mortise_abandon(fixture.session, ticket, NULL) == MORTISE_NOT_FOUND);
  uint8_t buffer[256];
  CHECK(mortise_store_changes(fixture.store, buffer, sizeof buffer) == 40);
  fixture_close(&fixture);
}

static void announces_jobs(void) {
  Fixture fixture;
  fixture_open(&fixture);
  const uintptr_t stage = fixture_stage(&fixture, quick, NULL, NULL);
  const uint64_t ticket = mortise_submit(fixture.session, fixture.store, &stage, 1, MORTISE_LIVE);
  uint8_t buffer[64];
  uint32_t more;
  size_t length = 0;
  for (int i = 0; i < 10000 && length == 0; i++) {
    sleep_ms(1);
    length = mortise_session_drain(fixture.session, buffer, sizeof buffer, &more);
  }
  MortiseEvent event;
  memcpy(&event, buffer, sizeof event);
  CHECK(length == 24 && more == 0 && event.kind == MORTISE_EVENT_JOB && event.subject == ticket && event.count == 0);
  int32_t code = -1;
  MortiseStageResult result;
  CHECK(mortise_abandon(fixture.session, ticket, NULL) == MORTISE_EXISTS);
  CHECK(mortise_take(fixture.session, ticket, &result, 1, &code) == MORTISE_OK && code == MORTISE_OK);
  /* Taken before its event was drained: there is none any more. */
  const uint64_t next = mortise_submit(fixture.session, fixture.store, &stage, 1, MORTISE_LIVE);
  CHECK(next != ticket);
  CHECK(fixture_take(&fixture, next, &result, 1, &code) == MORTISE_OK);
  CHECK(mortise_session_drain(fixture.session, buffer, sizeof buffer, &more) == 0);
  CHECK(mortise_take(fixture.session, ticket, &result, 1, &code) == MORTISE_NOT_FOUND);
  CHECK(mortise_take(fixture.session, 0, &result, 1, &code) == MORTISE_NOT_FOUND);
  CHECK(mortise_take(fixture.session, UINT64_MAX, &result, 1, &code) == MORTISE_NOT_FOUND);
  fixture_close(&fixture);
}

static void refuses_beyond_the_limit(void) {
  Fixture fixture;
  fixture_open(&fixture);
  Gate gate = {0, 0, 0};
  MortiseStore* stores[MORTISE_MAX_THREADS];
  uint64_t tickets[MORTISE_MAX_THREADS];
  const uintptr_t stage = fixture_stage(&fixture, waits_at_gate, NULL, &gate);
  for (int i = 0; i < MORTISE_MAX_THREADS; i++) {
    stores[i] = mortise_store_open(fixture.session);
    tickets[i] = mortise_submit(fixture.session, stores[i], &stage, 1, MORTISE_LIVE);
    CHECK(tickets[i] != 0);
  }
  await(&gate.entered, MORTISE_MAX_THREADS);
  CHECK(mortise_submit(fixture.session, fixture.store, &stage, 1, MORTISE_LIVE) == 0);
  CHECK(mortise_session_pending(fixture.session) == MORTISE_MAX_THREADS);
  MortiseStageResult result;
  int32_t code;
  CHECK(mortise_take(fixture.session, tickets[5], &result, 1, &code) == MORTISE_BUSY);
  atomic_store(&gate.open, 1);
  for (int i = 0; i < MORTISE_MAX_THREADS; i++) {
    CHECK(fixture_take(&fixture, tickets[i], &result, 1, &code) == MORTISE_OK && code == MORTISE_OK);
    mortise_store_close(stores[i]);
    /* Whoever took an answer finds a thread for the next job. */
    const uint64_t next = mortise_submit(fixture.session, fixture.store, &stage, 1, MORTISE_LIVE);
    CHECK(next != 0 && fixture_take(&fixture, next, &result, 1, &code) == MORTISE_OK);
  }
  fixture_close(&fixture);
}

static void cancels(void) {
  Fixture fixture;
  fixture_open(&fixture);
  Gate gate = {0, 0, 0};
  const uintptr_t stages[] = {fixture_stage(&fixture, waits_for_the_flag, NULL, &gate), fixture_stage(&fixture, quick, NULL, NULL)};
  MortiseStageResult results[2];
  int32_t code = -1;
  const uint64_t ticket = mortise_submit(fixture.session, fixture.store, stages, 2, MORTISE_LIVE);
  await(&gate.entered, 1);
  mortise_store_cancel(fixture.store);
  CHECK(fixture_take(&fixture, ticket, results, 2, &code) == MORTISE_OK && code == MORTISE_CANCELLED);
  CHECK(results[0].code == MORTISE_CANCELLED && results[1].flags == MORTISE_STAGE_NOT_RUN);
  fixture_close(&fixture);
}

static void abandons(void) {
  Fixture fixture;
  fixture_open(&fixture);
  Gate gate = {0, 0, 0};
  uint32_t reached = 99;
  const uintptr_t stages[] = {fixture_stage(&fixture, quick, NULL, NULL), fixture_stage(&fixture, waits_at_gate, NULL, &gate)};
  const uint64_t ticket = mortise_submit(fixture.session, fixture.store, stages, 2, MORTISE_LIVE);
  await(&gate.entered, 1);
  CHECK(mortise_abandon(fixture.session, ticket, &reached) == MORTISE_OK && reached == 1);
  CHECK(mortise_abandon(fixture.session, ticket, NULL) == MORTISE_NOT_FOUND);
  CHECK(mortise_session_pending(fixture.session) == 0);
  MortiseStageResult result;
  int32_t code;
  CHECK(mortise_take(fixture.session, ticket, &result, 1, &code) == MORTISE_NOT_FOUND);
  /* Its slot is given out again, under another ticket. */
  fixture.store = mortise_store_open(fixture.session);
  const uintptr_t other = fixture_stage(&fixture, quick, NULL, NULL);
  const uint64_t next = mortise_submit(fixture.session, fixture.store, &other, 1, MORTISE_LIVE);
  CHECK(next != 0 && next != ticket);
  CHECK(fixture_take(&fixture, next, &result, 1, &code) == MORTISE_OK && code == MORTISE_OK);
  atomic_store(&gate.open, 1);
  await(&gate.left, 1);
  fixture_close(&fixture);
}

/* Tries until the job has left the plugin, which happens a moment after its stage returned. */
static MortisePlugin* open_when_free(MortiseSession* session, uintptr_t base) {
  int32_t status = MORTISE_BUSY;
  MortisePlugin* plugin = NULL;
  for (int i = 0; i < 10000 && status == MORTISE_BUSY; i++) {
    plugin = mortise_plugin_open(session, 1, base, "a", "1.0.0", "/", MORTISE_LOG_INFO, &status);
    if (status == MORTISE_BUSY) sleep_ms(1);
  }
  CHECK(status == MORTISE_OK);
  return plugin;
}

static void session_closes_under_a_job(void) {
  Fixture fixture, other;
  fixture_open(&fixture);
  fixture_open(&other);
  Gate gate = {0, 0, 0};
  int32_t status = -1;
  const uintptr_t base = 0x99990000;
  mortise_plugin_close(fixture.plugin);
  fixture.plugin = mortise_plugin_open(fixture.session, 1, base, "a", "1.0.0", "/", MORTISE_LOG_INFO, &status);
  const uintptr_t stages[] = {fixture_stage(&fixture, waits_at_gate, NULL, &gate), fixture_stage(&fixture, waits_at_gate, NULL, &gate)};
  CHECK(mortise_submit(fixture.session, fixture.store, stages, 2, MORTISE_LIVE) != 0);
  await(&gate.entered, 1);
  const MortiseHost* host = fixture.host;
  fixture_close(&fixture);
  CHECK(host->log(host, MORTISE_LOG_INFO, "late", 4, NULL, 0) == MORTISE_CANCELLED);
  CHECK(mortise_plugin_open(other.session, 1, base, "a", "1.0.0", "/", MORTISE_LOG_INFO, &status) == NULL && status == MORTISE_BUSY);
  atomic_store(&gate.open, 1);
  MortisePlugin* plugin = open_when_free(other.session, base);
  CHECK(atomic_load(&gate.entered) == 1); /* the second stage was not begun */
  mortise_plugin_close(plugin);
  fixture_close(&other);
}

#if defined(__SANITIZE_THREAD__)
#define PROMISED_STACK ((size_t)64 << 10) /* the sanitizer's own thread-locals take most of it */
#else
#define PROMISED_STACK ((size_t)1 << 20)
#endif

static FfiResult uses_its_stack(void* state, const MortiseContext* context, MortiseError* error) {
  (void)state, (void)context, (void)error;
  volatile char room[PROMISED_STACK];
  for (size_t at = 0; at < sizeof room; at += 1024) room[sizeof room - 1 - at] = 1;
  return room[sizeof room - 1] == 1 ? MORTISE_OK : MORTISE_ERR;
}

static void gives_the_promised_stack(void) {
  Fixture fixture;
  fixture_open(&fixture);
  const uintptr_t stage = fixture_stage(&fixture, uses_its_stack, NULL, NULL);
  CHECK(fixture_job(&fixture, &stage, 1, NULL) == MORTISE_OK);
  fixture_close(&fixture);
}

static void session_closes_with_finished_jobs(void) {
  Fixture fixture;
  fixture_open(&fixture);
  const uintptr_t stage = fixture_stage(&fixture, quick, NULL, NULL);
  for (int i = 0; i < 5; i++) {
    MortiseStore* store = mortise_store_open(fixture.session);
    CHECK(mortise_submit(fixture.session, store, &stage, 1, MORTISE_LIVE) != 0);
  }
  sleep_ms(5); /* some are done, some perhaps not */
  fixture_close(&fixture);
}

/* One JavaScript thread's worth of work. */
static void* one_session(void* stage_count) {
  Fixture fixture;
  fixture_open(&fixture);
  uint8_t buffer[4096];
  uintptr_t stages[4];
  for (uintptr_t i = 0; i < 4; i++) stages[i] = fixture_stage(&fixture, quick, NULL, NULL);
  for (int i = 0; i < 50; i++) {
    MortiseStore* store = mortise_store_open(fixture.session);
    MortiseStageResult results[4];
    int32_t code = -1;
    const uint64_t ticket = mortise_submit(fixture.session, store, stages, (uint32_t)(uintptr_t)stage_count, MORTISE_LIVE);
    if (ticket != 0 && i % 3 == 0) {
      const int32_t status = mortise_abandon(fixture.session, ticket, NULL);
      CHECK(status == MORTISE_OK || status == MORTISE_EXISTS);
      if (status == MORTISE_OK) continue;
    }
    if (ticket != 0) {
      CHECK(fixture_take(&fixture, ticket, results, 4, &code) == MORTISE_OK && code == MORTISE_OK);
      CHECK(mortise_store_changes(store, buffer, sizeof buffer) == 40);
    }
    mortise_store_close(store);
  }
  fixture_close(&fixture);
  return NULL;
}

static void many_sessions(void) {
  pthread_t threads[8];
  for (uintptr_t i = 0; i < 8; i++) pthread_create(&threads[i], NULL, one_session, (void*)(i % 4 + 1));
  for (int i = 0; i < 8; i++) pthread_join(threads[i], NULL);
}

typedef struct Late {
  const MortiseHost* host;
  atomic_int stop;
  atomic_int lines;
} Late;

static void* logs_for_ever(void* late_) {
  Late* late = late_;
  MortiseValue value;
  const MortiseField field = {"n", NULL, mortise_int64(1)};
  while (!atomic_load(&late->stop)) {
    const FfiResult result = late->host->log(late->host, MORTISE_LOG_INFO, "line", 4, &field, 1);
    CHECK(result == MORTISE_OK || result == MORTISE_CANCELLED || result == MORTISE_BUSY);
    late->host->config(late->host, "name", &value);
    late->host->call(late->host, "f", NULL, 0, 0, &value, NULL);
    atomic_fetch_add(&late->lines, 1);
  }
  return NULL;
}

static void late_threads_meet_closing(void) {
  static Late late;
  pthread_t threads[3];
  static uint8_t buffer[2 * MORTISE_MAX_LOG_LINE];
  uint32_t more;
  const uintptr_t base = 0x88880000;
  for (int round = 0; round < 40; round++) {
    Fixture fixture;
    int32_t status = -1;
    fixture_open(&fixture);
    MortisePlugin* plugin = mortise_plugin_open(fixture.session, 1, base, "a", "1.0.0", "/", MORTISE_LOG_INFO, &status);
    CHECK(plugin != NULL);
    mortise_plugin_state(plugin, MORTISE_PLUGIN_RUNNING);
    Entries entries = {0};
    entries_add(&entries, "name", mortise_string("n", 1));
    CHECK(mortise_plugin_config(plugin, entries.bytes, entries.length) == MORTISE_OK);
    if (round == 0) {
      late.host = mortise_plugin_host(plugin);
      for (int i = 0; i < 3; i++) pthread_create(&threads[i], NULL, logs_for_ever, &late);
      await(&late.lines, 10);
    }
    for (int i = 0; i < 3; i++) mortise_session_drain(fixture.session, buffer, sizeof buffer, &more);
    mortise_plugin_state(plugin, MORTISE_PLUGIN_STOPPING);
    if (round % 2) mortise_plugin_close(plugin);
    mortise_session_drain(fixture.session, buffer, sizeof buffer, &more);
    fixture_close(&fixture);
  }
  atomic_store(&late.stop, 1);
  for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
}

int main(void) {
  main_thread = pthread_self();
  RUN("runs stages on a thread without asynchronous signals, and hands out the results once", runs_elsewhere);
  RUN("announces a job by one event, unless it was taken before", announces_jobs);
  RUN("runs 64 jobs at once, refuses one more, and finds a thread again at once", refuses_beyond_the_limit);
  RUN("stops at the cancellation flag", cancels);
  RUN("abandons a job: its ticket is stale, its memory goes when it leaves", abandons);
  RUN("closes a session under a job, whose plugin is BUSY until it leaves", session_closes_under_a_job);
  RUN("gives a stage 1 MiB of stack", gives_the_promised_stack);
  RUN("closes a session with jobs that nobody took", session_closes_with_finished_jobs);
  RUN("serves eight sessions on eight threads", many_sessions);
  RUN("lets threads of a plugin log while it is closed and opened again", late_threads_meet_closing);
  return CHECK_RESULT();
}
