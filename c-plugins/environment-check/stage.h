/* What the five stages have in common: the machine they look at, and the table that plugin.c registers. */
#ifndef ENVIRONMENT_STAGE_H
#define ENVIRONMENT_STAGE_H

#include "json.h"
#include "mortise.h"

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

struct StageKind {
  const char* id;
  const char* name;
  const char* description;
  const char* key; /* in the context */
  Probe* probe;
};

#define STAGE_COUNT 5
extern const struct StageKind stage_kinds[STAGE_COUNT];

/* state is one of stage_kinds. */
FfiResult stage_execute(void* state, const MortiseContext* context, MortiseError* error);
FfiResult stage_dry_run(void* state, const MortiseContext* context, MortiseError* error);

/* Checks the option `root`, if there is one. Writes why it cannot be used to message. */
FfiResult stage_check_options(const MortiseHost* host, char* message, size_t capacity);

#endif
