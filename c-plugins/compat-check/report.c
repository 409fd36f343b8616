#include "report.h"

FfiResult report_execute(void* state, const MortiseContext* context, MortiseError* error) {
  const struct Requirements* requirements = state;
  struct Sentence why = {"", 0};
  size_t unmet = 0;
  FfiResult code = check_requirements(requirements, context, &unmet, &why);
  if (code != MORTISE_OK) return sentence_fail(&why, code, error);
  MORTISE_TRY(mortise_set_int64(context, "compat-check.checked", (int64_t)requirements->count, error));
  MORTISE_TRY(mortise_set_bool(context, "compat-check.ok", unmet == 0, error));
  if (unmet > 0) {
    MORTISE_LOG(context->host, MORTISE_LOG_WARN, "the context does not meet all requirements", mortise_field("reason", mortise_string(why.bytes, why.length)));
  }
  return MORTISE_OK;
}

FfiResult report_dry_run(void* state, const MortiseContext* context, MortiseError* error) {
  const struct Requirements* requirements = state;
  return mortise_describef(context, error, "Check the context against %d requirement%s and set compat-check.checked and compat-check.ok.",
                           (int)requirements->count, requirements->count == 1 ? "" : "s");
}
