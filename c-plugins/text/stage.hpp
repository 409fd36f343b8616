// text:survey, over the context of a run.
#pragma once

#include <mortise.hpp>

namespace text {

// Reads the file named by `path` and sets what was counted. Throws mortise::Error, or what File throws.
void survey(mortise::Context& context);

// Says what survey would do.
void describe(mortise::Context& context);

}  // namespace text
