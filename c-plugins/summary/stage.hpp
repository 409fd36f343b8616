// summary:write, as the host calls it. Nothing is thrown out of these functions.
#pragma once

#include "mortise.h"
#include "mortise_logging.h"

namespace summary {

// What the stage needs beyond its context. Written in init only, before the stage runs.
struct Services {
  const MortiseLogService* log; // NULL: `logging` is not here
};

// state: the Services.
FfiResult write_execute(void* state, const MortiseContext* context, MortiseError* error) noexcept;
FfiResult write_dry_run(void* state, const MortiseContext* context, MortiseError* error) noexcept;

}  // namespace summary
