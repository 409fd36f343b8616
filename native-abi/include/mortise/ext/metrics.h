/* mortise.metrics/1: numbers that the plugin keeps. */
#ifndef MORTISE_EXT_METRICS_H
#define MORTISE_EXT_METRICS_H

#include "../error.h"

#define MORTISE_EXT_METRICS "mortise.metrics/1"

enum MortiseMetricKind {
  MORTISE_COUNTER = 0, /* never falls while the plugin runs */
  MORTISE_GAUGE = 1
};

/* Filled by describe. The strings are the plugin's, NUL-terminated UTF-8, static. */
typedef struct MortiseMetric {
  uint32_t size;  /* set by the host; write no further */
  uint32_t kind;  /* enum MortiseMetricKind */
  const char* name; /* [a-z][a-z0-9_]{0,63}, with the base unit as its last part: lines_total, queue_bytes, wait_seconds */
  const char* help; /* one sentence */
} MortiseMetric;

typedef struct MortiseMetricsExtension {
  uint32_t size;
  uint32_t reserved;

  /* [main-thread & opened; alone] How many; constant for the instance; at most MORTISE_MAX_ITEMS. {P4 P24} */
  uint32_t (*count)(const void* instance);

  /* [main-thread & opened; alone] Describes metric index < count. {P3 P4 P17 P18 P24 H22 H25} */
  FfiResult (*describe)(const void* instance, uint32_t index, MortiseMetric* metric);

  /* [any-thread & running; if thread-safe] Writes the present value of each metric, count of them, to values. {P10 P13 P30 H22} */
  FfiResult (*read)(const void* instance, double* values, uint32_t count);
} MortiseMetricsExtension;

MORTISE_STATIC_ASSERT(sizeof(MortiseMetric) == 8 + 2 * MORTISE_WORD, "MortiseMetric");
MORTISE_STATIC_ASSERT(sizeof(MortiseMetricsExtension) == 8 + 3 * MORTISE_WORD, "MortiseMetricsExtension");

#endif
