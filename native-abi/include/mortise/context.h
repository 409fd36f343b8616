/* The shared, typed data of one run, as a stage or a preflight check sees it. */
#ifndef MORTISE_CONTEXT_H
#define MORTISE_CONTEXT_H

#include "host.h"

enum MortiseMode {
  MORTISE_LIVE = 0,   /* do it */
  MORTISE_DRY_RUN = 1 /* say what would be done; change nothing */
};

#define MORTISE_MAX_KEY 255 /* bytes of a context key, without the final NUL; 1 at least; UTF-8 */

typedef struct MortiseContext MortiseContext;

/*
 * Belongs to the call that got it, and to the thread of that call: not to be kept, and not to be shared with other threads. {P7 P9}
 *
 * What a stage writes is visible to itself at once, to later stages when it returns MORTISE_OK, and is dropped when it returns anything else.
 * A stage sees what had succeeded when it started; what a parallel stage writes meanwhile is not seen. Two stages of which neither
 * runs after the other must not write one key: the pipeline fails.
 */
struct MortiseContext {
  uint32_t size; /* bytes of this struct as the host fills it */
  uint32_t mode; /* enum MortiseMode */

  /*
   * Never NULL; any thread may read it while the call lasts. Not zero once the caller gave up (relaxed atomic load): look at it in every
   * loop and return MORTISE_CANCELLED. {P12}
   */
  const volatile uint32_t* cancelled;

  const MortiseHost* host; /* the same as init's `app` */
  const char* stage_id;    /* "namespace:stage"; NULL in a preflight check */

  /*
   * [call-thread & initialised, running; inside preflight_check, execute, dry_run] key: NUL-terminated. *value is the host's; its data stays readable until the outermost call into the plugin returns, also after
   * the key was set again: one call that sets without end keeps it all. MORTISE_NOT_FOUND, MORTISE_NULL_POINTER. {P7 P9 H9 H10 H19}
   */
  FfiResult (*get)(const MortiseContext* context, const char* key, MortiseValue* value);

  /*
   * [call-thread & initialised, running; inside preflight_check, execute, dry_run] Copies *value. MORTISE_NULL_POINTER, MORTISE_UTF8_ERROR,
   * MORTISE_INVALID_DATA (key, tag, flags), MORTISE_TOO_LARGE, MORTISE_READ_ONLY (in a preflight check), MORTISE_OUT_OF_MEMORY. {P9 P18 P26 H19 H21}
   */
  FfiResult (*set)(const MortiseContext* context, const char* key, const MortiseValue* value);

  /*
   * [call-thread & initialised, running; inside preflight_check, execute, dry_run] Removes key. MORTISE_NOT_FOUND, MORTISE_READ_ONLY (in a preflight check),
   * MORTISE_NULL_POINTER. {P9 H19}
   */
  FfiResult (*remove)(const MortiseContext* context, const char* key);

  /*
   * [call-thread & initialised, running; inside preflight_check, execute, dry_run] Walks the keys in the order in which they were first set: start with *cursor = 0, stop at MORTISE_NOT_FOUND. A key that is set during the
   * walk is met, one that is removed is not; one that was removed and set again may stand at its old place or at the end. *key lives as the data of get does. {P7 P9 H9 H10 H19}
   */
  FfiResult (*next)(const MortiseContext* context, size_t* cursor, const char** key, MortiseValue* value);

  /*
   * [call-thread & running; inside dry_run] One sentence for each thing that execute would do. text: UTF-8, SIZE_MAX for NUL-terminated. MORTISE_WRONG_STATE in live mode
   * and in a preflight check; MORTISE_TOO_LARGE over 64 KiB; MORTISE_UTF8_ERROR, MORTISE_NULL_POINTER. {P9 P18 H21}
   */
  FfiResult (*describe)(const MortiseContext* context, const char* text, size_t length);
};

MORTISE_STATIC_ASSERT(sizeof(MortiseContext) == 8 + 8 * MORTISE_WORD, "MortiseContext");
MORTISE_STATIC_ASSERT(offsetof(MortiseContext, get) == 8 + 3 * MORTISE_WORD, "MortiseContext.get");

/* Whether the caller gave up. Costs one load. */
static inline int mortise_cancelled(const MortiseContext* context) {
#if defined(__GNUC__) || defined(__clang__)
  return __atomic_load_n(context->cancelled, __ATOMIC_RELAXED) != 0;
#else
  return *context->cancelled != 0;
#endif
}

#endif
