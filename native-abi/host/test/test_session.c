/* The doorbell, and sessions whose JavaScript thread died. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../session.h"
#include "check.h"
#include "fixture.h"

static int rings(int descriptor) {
  char bytes[64];
  int count = 0;
  for (;;) {
    const ssize_t got = read(descriptor, bytes, sizeof bytes);
    if (got <= 0) return count;
    count += (int)got;
  }
}

static void log_line(Fixture* fixture) {
  CHECK(fixture->host->log(fixture->host, MORTISE_LOG_INFO, "line", 4, NULL, 0) == MORTISE_OK);
}

static void rings_once(void) {
  Fixture fixture;
  uint8_t buffer[100];
  uint32_t more;
  int32_t again = 0;
  fixture_open(&fixture);
  CHECK(fixture.doorbell >= 0);
  CHECK((fcntl(fixture.doorbell, F_GETFL) & O_NONBLOCK) != 0 && (fcntl(fixture.doorbell, F_GETFD) & FD_CLOEXEC) != 0);
  CHECK(mortise_session_doorbell(fixture.session, &again, NULL, 0) == 0 && again == -1);
  CHECK(rings(fixture.doorbell) == 0);
  for (int i = 0; i < 3; i++) log_line(&fixture);
  CHECK(rings(fixture.doorbell) == 1);
  mortise_session_drain(fixture.session, buffer, sizeof buffer, &more);
  CHECK(more == 1);
  log_line(&fixture);
  CHECK(rings(fixture.doorbell) == 0);
  while (more) mortise_session_drain(fixture.session, buffer, sizeof buffer, &more);
  log_line(&fixture);
  CHECK(rings(fixture.doorbell) == 1);
  fixture_close(&fixture);
}

static void never_blocks_when_nobody_reads(void) {
  Fixture fixture;
  uint8_t buffer[100];
  uint32_t more;
  fixture_open(&fixture);
  for (int i = 0; i < 20000; i++) {
    log_line(&fixture);
    mortise_session_drain(fixture.session, buffer, sizeof buffer, &more);
  }
  CHECK(rings(fixture.doorbell) > 0);
  fixture_close(&fixture);
}

static void survives_without_a_reader(void) {
  Fixture fixture;
  signal(SIGPIPE, SIG_DFL);
  fixture_open(&fixture);
  close(fixture.doorbell);
  fixture.doorbell = -1;
  log_line(&fixture);
  fixture_close(&fixture);
}

static atomic_int entered, left;

static FfiResult waits(void* state, const MortiseContext* context, MortiseError* error) {
  (void)error, (void)state;
  atomic_store(&entered, 1);
  while (!mortise_cancelled(context)) sleep_ms(1);
  sleep_ms(20);
  atomic_store(&left, 1);
  return MORTISE_CANCELLED;
}

static void reaps_the_dead(void) {
  Fixture dead;
  Fixture alive;
  int32_t status = -1;
  const uintptr_t base = 0x66660000;
  fixture_open(&alive);
  fixture_open(&dead);
  mortise_plugin_close(dead.plugin);
  dead.plugin = mortise_plugin_open(dead.session, 1, base, "a", "1.0.0", "/", MORTISE_LOG_INFO, &status);
  const uintptr_t stage = fixture_stage(&dead, waits, NULL, NULL);
  CHECK(mortise_submit(dead.session, dead.store, &stage, 1, MORTISE_LIVE) != 0);
  for (int i = 0; i < 10000 && !atomic_load(&entered); i++) sleep_ms(1);
  CHECK(mortise_plugin_open(alive.session, 1, base, "a", "1.0.0", "/", MORTISE_LOG_INFO, &status) == NULL && status == MORTISE_EXISTS);

  close(dead.doorbell); /* as the end of a worker does */
  Fixture fresh;
  fixture_open(&fresh);
  MortisePlugin* plugin = NULL;
  status = MORTISE_BUSY;
  for (int i = 0; i < 10000 && status == MORTISE_BUSY; i++) {
    plugin = mortise_plugin_open(fresh.session, 1, base, "a", "1.0.0", "/", MORTISE_LOG_INFO, &status);
    CHECK(status == MORTISE_BUSY || atomic_load(&left));
    sleep_ms(1);
  }
  CHECK(plugin != NULL && status == MORTISE_OK);
  mortise_session_close(dead.session); /* too late, and harmless */
  log_line(&alive);
  CHECK(rings(alive.doorbell) == 1);
  fixture_close(&alive);
  fixture_close(&fresh);
}

static void outlives_a_closed_descriptor(void) {
  Fixture fixture;
  fixture_open(&fixture);
  close(fixture.session->doorbell.write_end);
  log_line(&fixture);
  MortiseSession* other = mortise_session_open(); /* looks for the dead */
  CHECK(other != NULL);
  uint8_t buffer[4096];
  uint32_t more;
  CHECK(mortise_session_drain(fixture.session, buffer, sizeof buffer, &more) > 0);
  mortise_session_close(other);
  fixture_close(&fixture);
}

static void descriptors_come_back(void) {
  const int before = dup(0);
  close(before);
  for (int i = 0; i < 100; i++) {
    MortiseSession* session = mortise_session_open();
    if (i % 2) {
      int32_t descriptor;
      mortise_session_doorbell(session, &descriptor, NULL, 0);
      close(descriptor);
    }
    if (i % 4 < 2) mortise_session_close(session);
  }
  /* The sessions that were left behind with their reader's end closed are reaped by the next one; the others are open in the library. */
  MortiseSession* last = mortise_session_open();
  mortise_session_close(last);
  const int after = dup(0);
  close(after);
  CHECK(after - before <= 2 * 25 + 2);
}

static void revision(void) {
  CHECK(mortise_host_revision() == MORTISE_HOST_REVISION);
}

int main(void) {
  RUN("tells its revision", revision);
  RUN("rings once when the queue becomes non-empty", rings_once);
  RUN("never blocks when nobody reads", never_blocks_when_nobody_reads);
  RUN("raises no signal when the reader is gone", survives_without_a_reader);
  RUN("reaps a session whose reader is gone, and frees its plugins when its job has left", reaps_the_dead);
  RUN("lives on when a plugin closed the descriptor of its doorbell", outlives_a_closed_descriptor);
  RUN("gives its descriptors back", descriptors_come_back);
  return CHECK_RESULT();
}
