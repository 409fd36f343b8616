/* The log that the stage and the service write to: the host's, behind a threshold and a prefix of its own. One per library, as the plugin is. */
#ifndef LOGGING_LOG_H
#define LOGGING_LOG_H

#include "mortise/kit.h"

#define LOG_PREFIX 255 /* bytes at most */

/* [main-thread, inside init] Takes the options. Nobody else may be inside the functions below. */
FfiResult log_open(const MortiseHost* host, MortiseError* error);

/* [any-thread] The higher of the operator's and the host's; UINT32_MAX before log_open. */
uint32_t log_threshold(void);

/*
 * [any-thread] Writes a line, or drops it if it is below the threshold. MORTISE_WRONG_STATE before log_open. The host pointer stays callable for ever
 * and answers MORTISE_CANCELLED once the plugin is destroyed: nothing is to be taken back here.
 */
FfiResult log_write(uint32_t level, const char* message, size_t length, const MortiseField* fields, size_t count);

#endif
