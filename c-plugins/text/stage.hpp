// text:survey, as the host calls it. Nothing is thrown out of these functions.
#pragma once

#include "mortise.h"

namespace text {

FfiResult survey_execute(void* state, const MortiseContext* context, MortiseError* error) noexcept;
FfiResult survey_dry_run(void* state, const MortiseContext* context, MortiseError* error) noexcept;

}  // namespace text
