/*
 * The service `log` of the plugin `logging`: the application's log for plugins that want the threshold and the prefix which the operator set there.
 *
 *     const void* table = NULL;
 *     if (host->service(host, MORTISE_LOG_SERVICE, "^1", &table) == MORTISE_OK) log = (const MortiseLogService*)table;
 *     …
 *     if (log != NULL) (void)log->write(MORTISE_LOG_INFO, "my-plugin", "ready");
 *
 * Depend on `logging` (optional, if you can do without): then it runs before you do, and the host stops you before it.
 */
#ifndef MORTISE_LOGGING_H
#define MORTISE_LOGGING_H

#include "mortise/host.h"

#define MORTISE_LOG_SERVICE "log"
#define MORTISE_LOG_SERVICE_VERSION "1.0.0"

/* Static. Has these fields from version 1.0.0 on; later ones of version 1 may append: look with MORTISE_HAS. */
typedef struct MortiseLogService {
  uint32_t size;
  uint32_t reserved;

  /*
   * [any-thread, several at once & from logging's init until its shutdown] Writes one line; what is given is borrowed for the call. Returns at once.
   * level: enum MortiseLogLevel. tag: who speaks, it becomes the field `tag`; NULL: none. message: what is said, after the prefix that the operator
   * set. Both NUL-terminated UTF-8. A line below the threshold is dropped, which is a success.
   * MORTISE_NULL_POINTER (message), MORTISE_INVALID_DATA (level), MORTISE_OUT_OF_MEMORY, MORTISE_WRONG_STATE before init, MORTISE_CANCELLED after
   * logging is gone, and what MortiseHost.log answers.
   */
  FfiResult (*write)(uint32_t level, const char* tag, const char* message);

  /* [as write] The level below which lines are dropped, to save the work of making them. UINT32_MAX: all are. */
  uint32_t (*threshold)(void);
} MortiseLogService;

MORTISE_STATIC_ASSERT(sizeof(MortiseLogService) == 8 + 2 * MORTISE_WORD, "MortiseLogService");

#endif
