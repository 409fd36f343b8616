/*
 * How a plugin offers more than the base table.
 *
 * Ids are "mortise.NAME/REV" for those defined here and reverse DNS for others ("com.example.thing/1"). A revision never changes;
 * a table may grow at its end within one revision, which its size tells.
 */
#ifndef MORTISE_EXTENSION_H
#define MORTISE_EXTENSION_H

#include "version.h"

/*
 * [main-thread & unopened, opened, destroyed; alone] Optional export, never called before _plugin_init. Returns the table for id, or NULL for an id that the plugin does not know. The table is
 * constant and lives as long as the library; id is never NULL; its first field is a uint32_t size in bytes; its functions take the instance.
 * Each function pointer in it must lie in executable memory of the library, as the slots of the base table. {P2 P3 P17 P24 H2 H22}
 */
MORTISE_EXPORT const void* mortise_plugin_extension(const char* id);

#include "ext/error.h"
#include "ext/config.h"
#include "ext/functions.h"
#include "ext/health.h"
#include "ext/messages.h"
#include "ext/metrics.h"
#include "ext/resources.h"
#include "ext/services.h"
#include "ext/state.h"

#endif
