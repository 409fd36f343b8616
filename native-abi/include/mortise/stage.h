/* Stages: the named operations of a plugin over a context, and the registry that takes them. */
#ifndef MORTISE_STAGE_H
#define MORTISE_STAGE_H

#include "context.h"

enum MortiseStageFlag {
  /*
   * execute and dry_run return within about 50 µs, never wait and never call host->call: the host may run them on the main thread, which
   * saves a thread switch. {P11}
   */
  MORTISE_STAGE_QUICK = 1
};

#define MORTISE_MAX_STAGE_ID 128     /* bytes of "namespace:stage"; each half [a-z0-9][a-z0-9._-]* */
#define MORTISE_MAX_STAGES 1024      /* of one plugin */

/*
 * One stage. The host copies this struct and its strings during register_stage; `state` is passed back as it is.
 * If the plugin is thread-safe (record), execute of one stage may run on several threads at once. A stage-thread has a stack of at least
 * 1 MiB. A larger size than the host's is accepted: what it does not know it does not read. So is a smaller one that covers execute: what it does not
 * cover is as NULL. execute, dry_run and destroy must lie in executable memory of the library, as the slots of the base table: else the plugin is
 * refused after register_stages. {P2 P17 H2}
 */
typedef struct MortiseStage {
  uint32_t size;  /* sizeof(MortiseStage) */
  uint32_t flags; /* enum MortiseStageFlag; unknown bits are refused */

  const char* id;          /* "namespace:stage"; a namespace belongs to the plugin that uses it first */
  const char* name;        /* for people; NULL: the id */
  const char* description; /* for people; NULL: none */
  void* state;             /* opaque; any value */

  /*
   * [stage-thread & running; if thread-safe] Does the work, in live mode only. Reports failure by code and error. Required.
   * {P7 P9 P10 P11 P12 P13 P15 P18 P23 H19 H20}
   */
  FfiResult (*execute)(void* state, const MortiseContext* context, MortiseError* error);

  /*
   * [stage-thread & running; if thread-safe] Says through context->describe what execute would do, and changes nothing outside the context. NULL: the host uses
   * the description. {P7 P9 P10 P11 P12 P13 P15 P16 P18 P23 H20}
   */
  FfiResult (*dry_run)(void* state, const MortiseContext* context, MortiseError* error);

  /*
   * [main-thread & stopped; alone] Once, before the plugin's destroy, last registered first, if and only if
   * register_stage returned MORTISE_OK and the host could prove `destroy` itself, whatever becomes of the plugin. NULL: nothing to release. {P14 P23 H5 H7}
   */
  void (*destroy)(void* state);
} MortiseStage;

MORTISE_STATIC_ASSERT(sizeof(MortiseStage) == 8 + 7 * MORTISE_WORD, "MortiseStage");
MORTISE_STATIC_ASSERT(offsetof(MortiseStage, execute) == 8 + 4 * MORTISE_WORD, "MortiseStage.execute");

typedef struct MortiseRegistry MortiseRegistry;

/* The `registry` argument of register_stages. Valid for that call. */
struct MortiseRegistry {
  uint32_t size;
  uint32_t reserved;
  const MortiseHost* host; /* the same as init's `app` will be */

  /*
   * [main-thread & opened; inside register_stages] MORTISE_EXISTS (this plugin registered that id already), MORTISE_INVALID_DATA (id, size, flags, alignment),
   * MORTISE_NULL_POINTER (id, execute, a struct or string that cannot be read), MORTISE_UTF8_ERROR, MORTISE_TOO_LARGE, MORTISE_WRONG_STATE (outside register_stages).
   * Whether another plugin owns the namespace or the id is decided after register_stages returns: then the plugin is refused. {P2 P4 P17 P18 P21 H16 H21}
   */
  FfiResult (*register_stage)(const MortiseRegistry* registry, const MortiseStage* stage, MortiseError* error);
};

MORTISE_STATIC_ASSERT(sizeof(MortiseRegistry) == 8 + 2 * MORTISE_WORD, "MortiseRegistry");

#endif
