/* What the plugin offers: a stage that logs, and a service through which other plugins do. */
#include "log.h"
#include "mortise_logging.h"
#include "mortise_manifest.h"
#include "note.h"
#include "service.h"

static FfiResult init(void* instance, const MortiseHost* host, MortiseError* error) {
  (void)instance;
  return log_open(host, error);
}

static const MortiseStage stages[] = {
    MORTISE_STAGE("logging:note", note_execute, .name = "Log a line",
                  .description = "Writes `logging.message` to the application's log, at `logging.level`, with the members of `logging.fields`.", .dry_run = note_dry_run),
};

static const MortiseService services[] = {MORTISE_SERVICE(MORTISE_LOG_SERVICE, MORTISE_LOG_SERVICE_VERSION, &log_service)};

/* Early among third parties: others may want to log. */
MORTISE_EXPORT_PLUGIN(MORTISE_THREADS_SAFE, .stages = MORTISE_ITEMS(stages), .services = MORTISE_ITEMS(services), .init = init,
                      .priority = MORTISE_PRIORITY(FFI_PRIORITY_THIRD_PARTY_HIGH, 105))
