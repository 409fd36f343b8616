#ifndef MORTISE_RUN_H
#define MORTISE_RUN_H

#include "plugin.h"

/*
 * mortise_run, on the session's own thread (as_job is false), or as a job on a thread of ours: then every stage passes the gate of
 * exit.c and the plugin's own, because both may close meanwhile.
 */
int32_t run_stages(MortiseStore* store, const uintptr_t* stages, uint32_t count, uint32_t mode, MortiseStageResult* results, bool as_job);

#endif
