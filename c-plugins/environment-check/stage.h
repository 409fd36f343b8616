/* What the five stages have in common: the machine they look at, and how its value gets into the context. */
#ifndef ENVIRONMENT_STAGE_H
#define ENVIRONMENT_STAGE_H

#include "json.h"
#include "mortise/kit.h"

/* The machine under one root folder, for one call. */
struct Machine {
  const char* root; /* without a slash at its end: "" for / */
  const MortiseContext* context;
};

/* Writes the value to json. MORTISE_OK also where everything is unknown; MORTISE_CANCELLED, MORTISE_OUT_OF_MEMORY. */
typedef FfiResult Probe(const struct Machine* machine, struct Json* json);

Probe probe_os;
Probe probe_cpu;
Probe probe_memory;
Probe probe_gpu;
Probe probe_iommu;

/* The state of a stage. */
struct StageKind {
  const char* key; /* in the context */
  Probe* probe;
};

FfiResult stage_execute(void* state, const MortiseContext* context, MortiseError* error);
FfiResult stage_dry_run(void* state, const MortiseContext* context, MortiseError* error);

/* Checks the option `root`, if there is one. */
FfiResult stage_check_options(const MortiseHost* host, MortiseError* error);

#endif
