/* The end of the process, tried in children: what status, how fast, and which destructors. */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../platform.h"
#include "check.h"
#include "fixture.h"

static atomic_int entered;

static FfiResult obeys(void* state, const MortiseContext* context, MortiseError* error) {
  (void)state, (void)error;
  atomic_store(&entered, 1);
  while (!mortise_cancelled(context)) sleep_ms(1);
  return MORTISE_CANCELLED;
}

static FfiResult hangs(void* state, const MortiseContext* context, MortiseError* error) {
  (void)state, (void)context, (void)error;
  atomic_store(&entered, 1);
  for (;;) sleep_ms(1000);
  return MORTISE_OK;
}

/* A static destructor of a "plugin": tells the parent that it ran. */
static void destructor(void) {
  _exit(99);
}

static void start(Fixture* fixture, StageFunction function) {
  fixture_open(fixture);
  const uintptr_t stage = fixture_stage(fixture, function, NULL, NULL);
  if (mortise_submit(fixture->session, fixture->store, &stage, 1, MORTISE_LIVE) == 0) _exit(100);
  while (!atomic_load(&entered)) sleep_ms(1);
}

static void exits_after_obedient_job(void) {
  Fixture fixture;
  start(&fixture, obeys);
  const uint64_t before = clock_monotonic_ns();
  mortise_exiting(7, 5000);
  if (clock_monotonic_ns() - before > 2000000000u) _exit(101); /* waited for nothing */
  const uintptr_t stage = fixture.stages[0];
  if (mortise_submit(fixture.session, fixture.store, &stage, 1, MORTISE_LIVE) != 0) _exit(102);
  exit(7);
}

static void exits_under_hanging_job(void) {
  Fixture fixture;
  atexit(destructor); /* registered before, so it would run after the guard */
  start(&fixture, hangs);
  const uint64_t before = clock_monotonic_ns();
  mortise_exiting(8, 50);
  const uint64_t waited = clock_monotonic_ns() - before;
  if (waited < 40000000u || waited > 3000000000u) _exit(103);
  exit(0);
}

static void exits_with_destructors_if_nothing_runs(void) {
  Fixture fixture;
  start(&fixture, obeys);
  mortise_exiting(9, 5000);
  atexit(destructor);
  exit(9);
}

static void guards_what_was_pinned(void) {
  Fixture fixture;
  void* library = dlopen(MORTISE_TEST_LIBRARY, RTLD_NOW);
  void* answer = library != NULL ? dlsym(library, "answer") : NULL;
  atexit(destructor);
  if (answer == NULL || mortise_image_pin((uintptr_t)answer) != MORTISE_OK) _exit(104);
  start(&fixture, hangs);
  mortise_exiting(10, 0);
  exit(0);
}

static int status_of(void (*body)(void)) {
  int status = 0;
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    body();
    _exit(98);
  }
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void obedient(void) {
  CHECK(status_of(exits_after_obedient_job) == 7);
}

static void hanging(void) {
  CHECK(status_of(exits_under_hanging_job) == 8);
}

static void nothing_runs(void) {
  CHECK(status_of(exits_with_destructors_if_nothing_runs) == 99);
}

static void pinned(void) {
  CHECK(status_of(guards_what_was_pinned) == 10);
}

int main(void) {
  RUN("waits at exit for a job that looks at its flag, and takes no more jobs", obedient);
  RUN("ends the process with its status, before destructors, when a job hangs", hanging);
  RUN("lets destructors run when no job is inside plugin code", nothing_runs);
  RUN("guards the destructors of a pinned library", pinned);
  return CHECK_RESULT();
}
