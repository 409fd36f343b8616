/* init forks a child that leaves session and process group and keeps every descriptor open for three seconds. */
#include "skeleton.h"

static FfiResult init(const MortiseHost* host) {
  (void)host;
  pid_t child = fork();
  if (child == 0) {
    setsid();
    sleep_ms(3000);
    _exit(0);
  }
  return child > 0 ? MORTISE_OK : MORTISE_ERR;
}

FIXTURE(.init = init)
