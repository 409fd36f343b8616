/* mortise.functions/1: named functions that the application, scripts and other plugins call. */
#ifndef MORTISE_EXT_FUNCTIONS_H
#define MORTISE_EXT_FUNCTIONS_H

#include "../error.h"
#include "../value.h"

#define MORTISE_EXT_FUNCTIONS "mortise.functions/1"

enum MortiseFunctionFlag {
  MORTISE_FUNCTION_QUICK = 1,     /* returns within about 50 µs, never waits: may run on the main thread */
  MORTISE_FUNCTION_IDEMPOTENT = 2 /* calling twice does no more than calling once: may be retried */
};

/* Filled by describe. The strings are the plugin's, NUL-terminated UTF-8, static. */
typedef struct MortiseFunction {
  uint32_t size;  /* set by the host; write no further */
  uint32_t flags; /* enum MortiseFunctionFlag */
  const char* name;             /* [A-Za-z_][A-Za-z0-9_.-]{0,63}, unique in the plugin */
  const char* description;      /* NULL: none */
  const char* arguments_schema; /* JSON Schema of the array of arguments; NULL: any */
  const char* result_schema;    /* JSON Schema of the result; NULL: any */
} MortiseFunction;

/* One call in progress. */
typedef struct MortiseCall {
  uint32_t size;
  uint32_t flags;                     /* 0 */
  const volatile uint32_t* cancelled; /* as in MortiseContext */
  const char* caller;                 /* who calls: a plugin's or script's name; NULL: the application */
  uint64_t timeout_ns;                /* nanoseconds that were left when the call began; 0: no deadline */
} MortiseCall;

/* Whether the caller gave up. Costs one load. */
static inline int mortise_call_cancelled(const MortiseCall* call) {
#if defined(__GNUC__) || defined(__clang__)
  return __atomic_load_n(call->cancelled, __ATOMIC_RELAXED) != 0;
#else
  return *call->cancelled != 0;
#endif
}

typedef struct MortiseFunctionsExtension {
  uint32_t size;
  uint32_t reserved;

  /* [main-thread & opened; alone] How many; constant for the instance; at most MORTISE_MAX_ITEMS. {P4 P24} */
  uint32_t (*count)(const void* instance);

  /* [main-thread & opened; alone] Describes function index < count. {P3 P4 P11 P17 P18 P24 H22 H25} */
  FfiResult (*describe)(const void* instance, uint32_t index, MortiseFunction* function);

  /*
   * [stage-thread & running; if thread-safe] Arguments are borrowed for the call. *result (set to null by the host before) is the plugin's: the host
   * copies it, then calls free_result exactly once if and only if MORTISE_OK was returned. {P7 P10 P11 P12 P13 P15 P18 P23 P26 H11 H20 H22}
   */
  FfiResult (*call)(void* instance, uint32_t index, const MortiseCall* call, const MortiseValue* arguments, size_t argument_count,
                    MortiseValue* result, MortiseError* error);

  /* [call-thread & running; after call] Releases what the call made. {P5 H11} */
  void (*free_result)(void* instance, MortiseValue* result);
} MortiseFunctionsExtension;

MORTISE_STATIC_ASSERT(sizeof(MortiseFunction) == 8 + 4 * MORTISE_WORD, "MortiseFunction");
MORTISE_STATIC_ASSERT(sizeof(MortiseCall) == 16 + 2 * MORTISE_WORD, "MortiseCall");
MORTISE_STATIC_ASSERT(sizeof(MortiseFunctionsExtension) == 8 + 4 * MORTISE_WORD, "MortiseFunctionsExtension");

#endif
