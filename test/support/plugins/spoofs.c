/* The stage logs a line whose fields go by the names that the host's own have. */
#include "skeleton.h"

static FfiResult run(const MortiseContext* context, MortiseError* error) {
  static const char* const names[] = {"plugin", "stage", "level", "time", "msg", "pid", "__proto__", "constructor"};
  MortiseField fields[sizeof names / sizeof names[0]];
  (void)error;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    MortiseField field = {names[i], NULL, mortise_string("spoofed", 7)};
    fields[i] = field;
  }
  return context->host->log(context->host, 30, "who am I", SIZE_MAX, fields, sizeof names / sizeof names[0]);
}

static const Stage stages[] = {{FIXTURE_STEM ":run", run, 0}, {0}};

FIXTURE(.stages = stages)
