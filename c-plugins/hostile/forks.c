/*
 * init forks a child that sleeps for 20 s with every inherited descriptor open (counter child_pid, log line `forked PID`): a good host does not wait
 * for the end of a pipe to know that the plugin's process has ended.
 */
#include "skeleton.h"

static FfiResult init(const MortiseHost* host) {
  (void)host;
  pid_t child = fork();
  if (child == 0) {
    sleep_ms(20000);
    _exit(0);
  }
  char text[32];
  snprintf(text, sizeof text, "%ld", (long)child);
  log_call("forked", text);
  note("child_pid", child);
  return child > 0 ? MORTISE_OK : MORTISE_ERR;
}

FIXTURE(.init = init)
