/* The plugin writes garbage to stdout and stderr whenever it can: a good host's protocol with its child process does not use either. */
#include "skeleton.h"

static void garbage(void) {
  static const char bytes[] = "\0\0\0\x7f{\"id\":1,\"result\":\xff\xfe{{{[[[\r\n\x1b[2J\n\xed\xa0\x80no newline at the end";
  for (int file = 1; file <= 2; file++) {
    if (write(file, bytes, sizeof bytes - 1) < 0) errno = 0;
  }
  fputs("buffered, and flushed when the library likes\n{\"", stdout);
  fflush(stdout);
}

__attribute__((constructor)) static void constructor(void) {
  garbage();
}

static PluginVTable* entry(PluginVTable* table) {
  garbage();
  return table;
}

static FfiResult init(const MortiseHost* host) {
  (void)host;
  garbage();
  return MORTISE_OK;
}

static FfiResult run(const MortiseContext* context, MortiseError* error) {
  (void)context;
  (void)error;
  garbage();
  return MORTISE_OK;
}

static const Stage stages[] = {{FIXTURE_STEM ":run", run, 0}, {0}};

FIXTURE(.entry = entry, .init = init, .stages = stages)
RECORD(MORTISE_THREADS_ONE);
