/* compat-check:report */
#ifndef COMPAT_REPORT_H
#define COMPAT_REPORT_H

#include "requirement.h"

/* state: the struct Requirements. */
FfiResult report_execute(void* state, const MortiseContext* context, MortiseError* error);
FfiResult report_dry_run(void* state, const MortiseContext* context, MortiseError* error);

#endif
