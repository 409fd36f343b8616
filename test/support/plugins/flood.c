/*
 * The stage logs context `lines` lines, faster than anybody reads them, since it runs on the main thread. It sets `taken` and `refused`: how many the
 * host took and how many it refused.
 */
#include "skeleton.h"

static FfiResult run(const MortiseContext* context, MortiseError* error) {
  int64_t lines = get_int64(context, "lines", 0), taken_lines = 0;
  (void)error;
  for (int64_t i = 0; i < lines; i++) {
    MortiseField field = {"line", NULL, mortise_int64(i)};
    if (context->host->log(context->host, 30, "one of many", SIZE_MAX, &field, 1) == 0) taken_lines++;
  }
  set_int64(context, "taken", taken_lines);
  return set_int64(context, "refused", lines - taken_lines);
}

static const Stage stages[] = {{FIXTURE_STEM ":run", run, 1 /* quick */}, {0}};

FIXTURE(.stages = stages)
