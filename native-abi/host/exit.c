/* The end of the process: no plugin's static destructor may run while a job is inside plugin code. */
#include <stdio.h>

#include "plugin.h"

static atomic_uint inside; /* jobs inside plugin code */
static atomic_bool exiting;
static _Atomic int32_t exit_status;

static Mutex exit_lock = MUTEX_INITIAL;
static Condition* last_left; /* set while mortise_exiting waits */

bool exit_gate_closed(void) {
  return atomic_load(&exiting);
}

/* Counts first and looks second, where mortise_exiting closes first and counts second: one of the two sees the other. */
bool exit_gate_enter(void) {
  atomic_fetch_add(&inside, 1u);
  if (!atomic_load(&exiting)) return true;
  exit_gate_leave();
  return false;
}

void exit_gate_leave(void) {
  if (atomic_fetch_sub(&inside, 1u) != 1 || !atomic_load(&exiting)) return;
  mutex_lock(&exit_lock);
  if (last_left != NULL) condition_signal(last_left);
  mutex_unlock(&exit_lock);
}

#define EXIT_SOFTWARE 70 /* sysexits.h */

static void guard(void) {
  /* The handler runs on the thread that called exit. A status of success would hide that it was a stage. */
  if (current_stage != NULL) {
    fprintf(stderr, "mortise: the stage %s called exit(): a plugin ended the process, not the application\n", current_stage->id);
    process_end(EXIT_SOFTWARE);
  }
  /* Without mortise_exiting there is no status to end with: then exit takes its course, as it would without us. */
  if (atomic_load(&exiting) && atomic_load(&inside) > 0) process_end(atomic_load(&exit_status));
}

bool exit_guard_arm(void) {
  return process_at_exit(guard);
}

void mortise_exiting(int32_t status, uint32_t grace_ms) {
  atomic_store(&exit_status, status);
  atomic_store(&exiting, true);
  sessions_cancel_all();

  Condition left;
  condition_open(&left);
  const uint64_t until = clock_monotonic_ns() + (uint64_t)grace_ms * 1000000u;
  mutex_lock(&exit_lock);
  last_left = &left;
  while (atomic_load(&inside) > 0) {
    const uint64_t now = clock_monotonic_ns();
    if (now >= until) break;
    condition_wait(&left, &exit_lock, until - now);
  }
  last_left = NULL;
  mutex_unlock(&exit_lock);
  condition_close(&left);
  /* Handlers run last in, first out: this one also precedes the destructors of what plugins made since they were pinned. */
  exit_guard_arm();
}
