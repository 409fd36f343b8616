/* logging:note */
#ifndef LOGGING_NOTE_H
#define LOGGING_NOTE_H

#include "mortise/kit.h"

FfiResult note_execute(void* state, const MortiseContext* context, MortiseError* error);
FfiResult note_dry_run(void* state, const MortiseContext* context, MortiseError* error);

#endif
