// summary:write, over the context of a run.
#pragma once

#include <mortise.hpp>

#include "mortise_logging.h"

namespace summary {

// log: NULL where `logging` is not there. Throws mortise::Error.
void write(mortise::Context& context, const MortiseLogService* log);

// Says what write would do.
void describe(mortise::Context& context);

}  // namespace summary
