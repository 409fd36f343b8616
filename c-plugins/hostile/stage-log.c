/* Nothing is wrong: the stage logs one line of every level, with a field of every type and NULs inside text, and sets `lines`. */
#include "skeleton.h"

static FfiResult run(const MortiseContext* context, MortiseError* error) {
#define LEVEL(name, level, text) {name, "one line of " text},
  static const struct {
    uint32_t level;
    const char* message;
  } lines[] = {MORTISE_LOG_LEVELS(LEVEL)};
  static const char nul_inside[] = "before\0after";
  const MortiseField fields[] = {
      {"null", NULL, mortise_null()},
      {"bool", NULL, mortise_bool(1)},
      {"int64", NULL, mortise_int64(INT64_MAX)},
      {"double", NULL, mortise_double(0.1)},
      {"string", NULL, mortise_string("gr\xc3\xbc\xc3\x9f\x65\0\xf0\x9f\x94\xa9", 12)},
      {"bytes", NULL, mortise_bytes("\0\xff\x7f", 3)},
      {"json", NULL, mortise_json("{\"a\":[1,null]}", 14)},
  };
  int64_t taken_lines = 0;
  for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
    FfiResult code = context->host->log(context->host, lines[i].level, lines[i].message, SIZE_MAX, fields, sizeof fields / sizeof fields[0]);
    if (code != MORTISE_OK) return mortise_fail(error, code, lines[i].message);
    taken_lines++;
  }
  FfiResult code = context->host->log(context->host, MORTISE_LOG_INFO, nul_inside, sizeof nul_inside - 1, NULL, 0);
  if (code != MORTISE_OK) return mortise_fail(error, code, "a message with NUL inside was refused");
  return set_int64(context, "lines", taken_lines + 1);
}

static const Stage stages[] = {{FIXTURE_STEM ":run", run, 0}, {0}};

FIXTURE(.stages = stages)
RECORD(MORTISE_THREADS_ONE);
