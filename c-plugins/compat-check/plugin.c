/* What the plugin offers: a check at the start, and the same as a stage. */
#include "mortise_manifest.h"
#include "report.h"

/* One per library. Only init writes it; the stage and the preflight check read it. */
static struct Requirements requirements;

static FfiResult init(void* instance, const MortiseHost* host, MortiseError* error) {
  struct Sentence why = {"", 0};
  FfiResult code = read_requirements(host, &requirements, &why);
  (void)instance;
  return code == MORTISE_OK ? code : sentence_fail(&why, code, error);
}

static FfiResult preflight(void* instance, const MortiseContext* context, MortiseError* error) {
  struct Sentence why = {"", 0};
  size_t unmet = 0;
  FfiResult code = check_requirements(&requirements, context, &unmet, &why);
  (void)instance;
  if (code == MORTISE_OK && unmet > 0) code = MORTISE_ERR;
  return code == MORTISE_OK ? code : sentence_fail(&why, code, error);
}

static const MortiseStage stages[] = {
    MORTISE_STAGE("compat-check:report", report_execute, .name = "Report compatibility",
                  .description = "Checks the context of the run against the plugin's requirements and sets `compat-check.checked` and `compat-check.ok`.",
                  .dry_run = report_dry_run, .state = &requirements, .flags = MORTISE_STAGE_QUICK), /* at most 64 look-ups */
};

/* Early among third parties, behind those that others build upon. */
MORTISE_EXPORT_PLUGIN(MORTISE_THREADS_SAFE, .stages = MORTISE_ITEMS(stages), .init = init, .preflight = preflight,
                      .priority = MORTISE_PRIORITY(FFI_PRIORITY_THIRD_PARTY_HIGH, 120))
