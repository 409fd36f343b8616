/* What the host offers to a plugin: the `app` argument of init. */
#ifndef MORTISE_HOST_H
#define MORTISE_HOST_H

#include "error.h"
#include "value.h"

/* MORTISE_LOG_LEVELS(X): X(NAME, level, name); the numbers are pino's. */
#define MORTISE_LOG_LEVELS(X)       \
  X(MORTISE_LOG_TRACE, 10, "trace") \
  X(MORTISE_LOG_DEBUG, 20, "debug") \
  X(MORTISE_LOG_INFO, 30, "info")   \
  X(MORTISE_LOG_WARN, 40, "warn")   \
  X(MORTISE_LOG_ERROR, 50, "error") \
  X(MORTISE_LOG_FATAL, 60, "fatal")

enum MortiseLogLevel {
#define MORTISE_LOG_ENUM(name, level, text) name = level,
  MORTISE_LOG_LEVELS(MORTISE_LOG_ENUM)
#undef MORTISE_LOG_ENUM
  MORTISE_LOG_LAST = MORTISE_LOG_FATAL
};

/*
 * Bytes of a log message with the keys and data of its fields; very many small fields reach the limit sooner, since each costs a few more. Over
 * it: MORTISE_TOO_LARGE.
 */
#define MORTISE_MAX_LOG_LINE 65536

/* One named value of a log line. */
typedef struct MortiseField {
  const char* key; /* NUL-terminated UTF-8, not empty */
  const void* reserved; /* NULL; keeps the value aligned alike on every target */
  MortiseValue value;
} MortiseField;

MORTISE_STATIC_ASSERT(sizeof(MortiseField) == 2 * MORTISE_WORD + 24, "MortiseField");

typedef struct MortiseHost MortiseHost;

/*
 * One per loaded library, at one address for the life of the process. Valid until destroy has returned; because a thread of the plugin
 * may be late, harmless after that: every function answers MORTISE_CANCELLED, `extension` NULL. When the library is opened again the same
 * struct serves the new instance: a thread that outlived destroy would speak for that.
 * No function of it throws or unwinds into the plugin. Besides the codes named:
 * MORTISE_WRONG_STATE before the first state that a function allows and MORTISE_CANCELLED after the last, which for call, publish and service is when the
 * host begins to shut the plugin down; MORTISE_NULL_POINTER for a NULL host or a required argument that is NULL; MORTISE_OUT_OF_MEMORY. {P7 P21 H9 H10 H16 H25}
 */
struct MortiseHost {
  uint32_t size; /* bytes of this struct as the host fills it */
  uint16_t abi_major;
  uint16_t abi_minor;

  const char* app;           /* name of the application, NUL-terminated UTF-8; lives as long as the struct */
  const char* api_version;   /* its plugin API version, semantic version 2.0.0 */
  const char* config_dir;    /* absolute path of the application's configuration folder, UTF-8; may not exist */

  /* Lines below this level are dropped; read it (relaxed atomic load) to skip the work of making them. The host may change it. */
  const volatile uint32_t* log_level;

  /*
   * [any-thread & opened … destroyed] Emits one structured line. Returns at once: the line is queued and written by the main thread with plugin and stage
   * attached. message: UTF-8 of message_length bytes, SIZE_MAX for NUL-terminated. fields may be NULL if field_count is 0.
   * MORTISE_NULL_POINTER, MORTISE_UTF8_ERROR, MORTISE_INVALID_DATA (level, tag, key), MORTISE_TOO_LARGE, MORTISE_BUSY (queue of 4 MiB full: the line is dropped and
   * counted, the count is logged), MORTISE_CANCELLED. {P18 P21 P26 H10 H16 H21}
   */
  FfiResult (*log)(const MortiseHost* host, uint32_t level, const char* message, size_t message_length, const MortiseField* fields,
                   size_t field_count);

  /*
   * [any-thread & registered … stopped] Looks up what the operator configured for this plugin. key: NUL-terminated name of a top-level option, "" for the whole
   * object as JSON. Strings, booleans and numbers (double) come as such, objects and arrays as JSON. *value lives as long as the process, so that a thread that
   * is late reads no freed memory; options that come again after a reload are the same memory again.
   * An option that the operator set to null comes as null, and counts as one that is not set: take the default.
   * MORTISE_NOT_FOUND, MORTISE_WRONG_STATE (before init), MORTISE_CANCELLED. {P7 P21 H9 H10 H16}
   */
  FfiResult (*config)(const MortiseHost* host, const char* key, MortiseValue* value);

  /*
   * [any-thread & registered … running; inside init or later] Calls a function that the application defined and waits for its answer.
   * arguments may be NULL if count is 0. timeout_ns: nanoseconds that the plugin is willing to wait; 0: no deadline of its own. *result is the host's and
   * lives until the outermost call into the plugin returns; on a thread of the plugin's own, until its next `call` on any MortiseHost.
   * A handler that must wait cannot be served to a caller on the main thread: MORTISE_WOULD_BLOCK.
   * MORTISE_NOT_FOUND, MORTISE_INVALID_DATA, MORTISE_UTF8_ERROR, MORTISE_TOO_LARGE, MORTISE_DENIED, MORTISE_BUSY, MORTISE_TIMED_OUT,
   * MORTISE_WRONG_STATE (before init), MORTISE_CANCELLED (also from shutdown on), MORTISE_REENTERED (the call would come back into a plugin that takes one at a time), MORTISE_ERR (the handler failed;
   * error has its text). {P7 P13 P18 P21 P26 H9 H10 H15 H16 H18 H21}
   */
  FfiResult (*call)(const MortiseHost* host, const char* function, const MortiseValue* arguments, size_t argument_count, uint64_t timeout_ns,
                    MortiseValue* result, MortiseError* error);

  /*
   * [any-thread & registered … running; inside init or later] Publishes payload (may be NULL) under topic: parts of
   * [A-Za-z0-9_-]+ joined by dots, at most 255 bytes. Returns when queued. MORTISE_UNSUPPORTED where the host has no bus,
   * MORTISE_BUSY (queue full), MORTISE_INVALID_DATA (topic), MORTISE_WRONG_STATE (before init), MORTISE_CANCELLED (from shutdown on). {P18 P21 P26 H15 H16 H21}
   */
  FfiResult (*publish)(const MortiseHost* host, const char* topic, const MortiseValue* payload);

  /*
   * [main-thread & registered … running; inside init or later] Finds a service that another plugin offers ("mortise.services/1") by name and npm range (NULL: any). *table stays valid until
   * this plugin's shutdown returns: the host stops consumers before the offerer.
   * Of a plugin that does not run yet, only those that are started with it find a service. Calls through it are the two
   * plugins' own affair: the host neither sees nor serialises them. Of several versions within the range the highest is found. A plugin finds its own services too.
   * MORTISE_DENIED if the plugin that offers it depends on this one, or uses a service of it, directly or at several removes: neither could be stopped first.
   * MORTISE_NOT_FOUND, MORTISE_INVALID_DATA (range: malformed, or over 1024 bytes), MORTISE_WRONG_STATE (before init; a thread other than the main one), MORTISE_UNSUPPORTED,
   * MORTISE_CANCELLED (from shutdown on). {P7 P21 H6 H15 H16}
   */
  FfiResult (*service)(const MortiseHost* host, const char* name, const char* version_range, const void** table);

  /* [any-thread & opened … destroyed] A table that this host offers beyond this struct, by id ("mortise.NAME/REV"), or NULL. Static; its first field is its size. {P21 H15 H16 H25} */
  const void* (*extension)(const MortiseHost* host, const char* id);
};

MORTISE_STATIC_ASSERT(offsetof(MortiseHost, app) == 8, "MortiseHost.app");
MORTISE_STATIC_ASSERT(offsetof(MortiseHost, log) == 8 + 4 * MORTISE_WORD, "MortiseHost.log");
MORTISE_STATIC_ASSERT(sizeof(MortiseHost) == 8 + 10 * MORTISE_WORD, "MortiseHost");

#endif
