/* What the kit keeps for a plugin: its instance, the host, and the text behind the last failure. */
#ifndef MORTISE_KIT_STATE_H
#define MORTISE_KIT_STATE_H

#include "plugin.h"

/* One for all source files of the library, and for nobody outside, also where -fvisibility=hidden was forgotten. */
#if defined(_WIN32)
#define MORTISE_KIT_HIDDEN
#else
#define MORTISE_KIT_HIDDEN __attribute__((visibility("hidden")))
#endif

/*
 * One per library, defined by MORTISE_EXPORT_PLUGIN. All that changes is made fresh by `_plugin_init`. The message belongs to the base slots and to
 * destroy of stages, which come one at a time on the main thread; `owned` is behind the lock, since functions return on many threads.
 */
typedef struct MortiseKit {
  const MortisePlugin* plugin;
  const char* name;
  const char* version;
  PluginVTable table;
  const MortiseHost* host;
  MortiseOwned* owned; /* results that the host has yet to copy */
  volatile long lock;
  size_t message_length;
  char message[MORTISE_KIT_MESSAGE + 1]; /* outlives the instance: after destroy it is asked for too */
} MortiseKit;

MORTISE_EXTERN_C MORTISE_KIT_HIDDEN MortiseKit mortise_kit;

/* [any-thread] The host, from register_stages on; NULL before. Stages and functions have it as context->host and arguments->host. */
static inline const MortiseHost* mortise_host(void) { return mortise_kit.host; }

/* Where the text of the next failure goes: behind what is kept already. */
static inline MortiseError mortise_kit_room(void) {
  return mortise_kit_error(mortise_kit.message + mortise_kit.message_length, sizeof mortise_kit.message - mortise_kit.message_length);
}

/* Keeps the text of a failure, or one of the code where a slot has no code to return. */
static inline void mortise_kit_keep(MortiseError* error, FfiResult code, bool has_code) {
  if (code == MORTISE_OK) return;
  if (error->message.length == 0 && !has_code) (void)mortise_failf(error, code, "%s (%s)", MORTISE_PRINT_CODE(code));
  mortise_kit.message_length += error->message.length;
}

static inline MortiseError mortise_kit_begin(void) {
  mortise_kit.message_length = 0;
  return mortise_kit_room();
}

static inline void mortise_kit_separate(void) {
  MortiseError room = mortise_kit_room();
  if (mortise_kit.message_length == 0) return;
  (void)mortise_fail(&room, MORTISE_ERR, "; ");
  mortise_kit.message_length += room.message.length;
}

/*
 * [main-thread, inside the destroy of a stage] Says that it failed, since it has no code to return: the text is reported after the plugin's own
 * destroy, as `stage ID: TEXT`. stage_id is that of the stage, format and the rest as for printf.
 */
static inline void mortise_stage_destroy_failed(const char* stage_id, const char* format, ...) MORTISE_PRINTF(2, 3);
static inline void mortise_stage_destroy_failed(const char* stage_id, const char* format, ...) {
  MortiseError room;
  va_list arguments;
  mortise_kit_separate();
  room = mortise_kit_room();
  (void)mortise_failf(&room, MORTISE_ERR, "stage %s: ", stage_id);
  mortise_kit.message_length += room.message.length;
  room = mortise_kit_room();
  va_start(arguments, format);
  mortise_failv(&room, MORTISE_ERR, format, arguments);
  va_end(arguments);
  mortise_kit.message_length += room.message.length;
}

static inline void mortise_kit_last_message(const void* instance, MortiseText* message) {
  size_t length = mortise_kit.message_length;
  (void)instance;
  if (length > MORTISE_KIT_MESSAGE) length = mortise_kit_whole(mortise_kit.message, MORTISE_KIT_MESSAGE);
  mortise_text_set(message, mortise_kit.message, length);
  mortise_kit.message_length = 0;
}

#endif
