#include "report.h"

#include <stdio.h>

static FfiResult set(const MortiseContext* context, const char* key, MortiseValue value, MortiseError* error) {
  char why[128];
  FfiResult code = context->set(context, key, &value);
  if (code == MORTISE_OK) return MORTISE_OK;
  snprintf(why, sizeof why, "the host refused the value of %s (code %d)", key, (int)code);
  return mortise_fail(error, code, why);
}

/* That the host drops a line is no reason to fail. */
static void log_unmet(const MortiseHost* host, const struct Sentence* why) {
  const MortiseField field = {"reason", NULL, mortise_string(why->bytes, why->length)};
  (void)host->log(host, MORTISE_LOG_WARN, "the context does not meet all requirements", SIZE_MAX, &field, 1);
}

FfiResult report_execute(void* state, const MortiseContext* context, MortiseError* error) {
  const struct Requirements* requirements = state;
  struct Sentence why = {"", 0};
  size_t unmet = 0;
  FfiResult code = check_requirements(requirements, context, &unmet, &why);
  if (code != MORTISE_OK) {
    if (error != NULL) {
      error->code = code;
      mortise_text_set(&error->message, why.bytes, why.length);
    }
    return code;
  }
  code = set(context, "compat-check.checked", mortise_int64((int64_t)requirements->count), error);
  if (code == MORTISE_OK) code = set(context, "compat-check.ok", mortise_bool(unmet == 0), error);
  if (code == MORTISE_OK && unmet > 0) log_unmet(context->host, &why);
  return code;
}

FfiResult report_dry_run(void* state, const MortiseContext* context, MortiseError* error) {
  const struct Requirements* requirements = state;
  char text[160];
  int length = snprintf(text, sizeof text, "Check the context against %d requirement%s and set compat-check.checked and compat-check.ok.",
                        (int)requirements->count, requirements->count == 1 ? "" : "s");
  FfiResult code = context->describe(context, text, (size_t)length);
  return code == MORTISE_OK ? MORTISE_OK : mortise_fail(error, code, "the host refused the description");
}
