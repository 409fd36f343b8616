/*
 * The host library: the native half of a Mortise host. JavaScript calls these functions, plugins do not (they get MortiseHost,
 * MortiseContext and MortiseRegistry, which this library implements).
 *
 * Private to one release of Mortise: mortise_host_revision() must equal MORTISE_HOST_REVISION of the caller.
 *
 * Handles are addresses. JavaScript passes back what it was given, and nothing after the matching close; that is its side's duty and is not checked here.
 * Addresses that come from a plugin are never dereferenced without a checked read.
 *
 * Threads: one session belongs to one JavaScript thread, and every function that takes a session, plugin or store is called from that thread only.
 * While a job runs on a store, the store belongs to the job: only mortise_store_cancel may be called on it.
 */
#ifndef MORTISE_HOST_LIBRARY_H
#define MORTISE_HOST_LIBRARY_H

#include "mortise.h"

#define MORTISE_HOST_REVISION 3

#define MORTISE_MAX_THREADS 64        /* jobs in progress in the process; one more is refused, never queued */
#define MORTISE_LOG_QUEUE 4194304     /* bytes of undrained log lines of one session */
#define MORTISE_BY_REFERENCE 4096     /* bytes; longer data is handed to JavaScript by address, not inline */

MORTISE_EXPORT uint32_t mortise_host_revision(void);

/* ---- memory.c: reads that cannot fault ------------------------------------------------------------------------------------------ */

/*
 * Copies at most length bytes from address and returns how many could be read before the first unreadable page. Never faults.
 * Linux process_vm_readv(2) on this process, or a pipe where that is forbidden; Windows ReadProcessMemory; macOS mach_vm_read_overwrite.
 */
MORTISE_EXPORT size_t mortise_memory_read(void* destination, uintptr_t address, size_t length);

/* Copies the NUL-terminated string at address, NUL included. Its length, or -1: unreadable before a NUL, -2: no NUL within capacity bytes. */
MORTISE_EXPORT int64_t mortise_memory_read_string(char* destination, size_t capacity, uintptr_t address);

/* memcpy. Only for addresses that this library gave out. */
MORTISE_EXPORT void mortise_memory_copy(void* destination, uintptr_t address, size_t length);

/* ---- image.c: loaded libraries --------------------------------------------------------------------------------------------------- */

#define MORTISE_IMAGE_RANGES 8

/* One loaded library, and the executable, file-backed ranges [start, end) of it. */
typedef struct MortiseImage {
  uint64_t base; /* load address: identity of the library in this process */
  uint32_t range_count;
  uint32_t path_length;
  struct {
    uint64_t start;
    uint64_t end;
  } ranges[MORTISE_IMAGE_RANGES];
  char path[4096]; /* as the loader knows it, NUL-terminated */
} MortiseImage;

/* Describes the library that address lies in. MORTISE_OK, or MORTISE_NOT_FOUND if it is in none. */
MORTISE_EXPORT int32_t mortise_image_find(uintptr_t address, MortiseImage* image);

/*
 * Writes the NUL-terminated name of the exported symbol that begins at address. A function that a library imports may have its address in the
 * program that loaded it (the linker's canonical address): its name tells whose it is. MORTISE_NOT_FOUND if there is none.
 */
MORTISE_EXPORT int32_t mortise_image_symbol(uintptr_t address, char* name, size_t capacity);

/*
 * Keeps the library that address lies in mapped until the process ends (RTLD_NODELETE, GET_MODULE_HANDLE_EX_FLAG_PIN), whatever becomes of the
 * handle that opened it, and makes sure that process exit does not run its static destructors under a running call (see mortise_exiting).
 */
MORTISE_EXPORT int32_t mortise_image_pin(uintptr_t address);

#define MORTISE_FINGERPRINT 32 /* bytes of a SHA-256 */

/*
 * Remembers which bytes the image at image_base was mapped from; process-wide, since every thread shares the mapping. MORTISE_OK the first time, MORTISE_EXISTS if
 * the same bytes are remembered already, MORTISE_INVALID_DATA if others are: the loader gave a mapping that is older than the file. MORTISE_OUT_OF_MEMORY.
 */
MORTISE_EXPORT int32_t mortise_image_remember(uint64_t image_base, const uint8_t* fingerprint);

/* ---- session.c: one JavaScript thread, its doorbell and its events ---------------------------------------------------------------- */

typedef struct MortiseSession MortiseSession;

/*
 * Opens a session. Also reaps sessions whose JavaScript thread died without closing them (their doorbell has no reader any more): their jobs
 * are cancelled, their plugins become free to be opened again once no job of theirs is inside plugin code. NULL: no memory or no descriptor.
 */
MORTISE_EXPORT MortiseSession* mortise_session_open(void);

/*
 * Where events are announced. POSIX: writes one end of a non-blocking socket pair to *descriptor, which becomes the caller's to read and close, and returns 0. Windows: writes
 * the name of a named pipe to connect to, NUL-terminated UTF-8, and returns its length. One byte is sent when the queue becomes non-empty.
 */
MORTISE_EXPORT uint32_t mortise_session_doorbell(MortiseSession* session, int32_t* descriptor, char* name, size_t capacity);

/*
 * Moves whole events to buffer and returns the bytes written; *more tells whether some remain. No event is larger than
 * 2 * MORTISE_MAX_LOG_LINE.
 */
MORTISE_EXPORT size_t mortise_session_drain(MortiseSession* session, uint8_t* buffer, size_t capacity, uint32_t* more);

/* Jobs of this session that have not been taken. */
MORTISE_EXPORT uint32_t mortise_session_pending(MortiseSession* session);

/* Cancels what runs, answers later calls with MORTISE_CANCELLED, and frees the session when the last job has left plugin code. Does not wait. */
MORTISE_EXPORT void mortise_session_close(MortiseSession* session);

/*
 * The process is about to exit with status. (An exit from inside a stage is said on stderr and ends with status 70.)
 * Cancels every job of every session and waits up to grace_ms until none is inside plugin code. If one still is when
 * the C runtime comes to the static destructors of plugins, the process ends at once with _exit(status), so that they cannot run under it.
 */
MORTISE_EXPORT void mortise_exiting(int32_t status, uint32_t grace_ms);

/* ---- plugin.c: MortiseHost and MortiseRegistry of one plugin ----------------------------------------------------------------------- */

typedef struct MortisePlugin MortisePlugin;

/*
 * Claims the library that is mapped at image_base for this session. Plugins of one session see each other's services if their group is the same. NULL with *status = MORTISE_EXISTS: a live session has it open;
 * MORTISE_BUSY: a job of a dead session is still inside it; MORTISE_OUT_OF_MEMORY. The strings are copied.
 * One MortiseHost per image for the life of the process: opening an image again costs no memory.
 */
MORTISE_EXPORT MortisePlugin* mortise_plugin_open(MortiseSession* session, uint32_t group, uintptr_t image_base, const char* app,
                                                  const char* api_version, const char* config_dir, uint32_t log_level, int32_t* status);

MORTISE_EXPORT const MortiseHost* mortise_plugin_host(MortisePlugin* plugin);

MORTISE_EXPORT void mortise_plugin_log_level(MortisePlugin* plugin, uint32_t level);

/*
 * Sets what host->config answers: entries (wire.h), copied. An entry with an empty key is the whole object as JSON.
 * Options of which the plugin was handed a string stay in memory for good, and are used again when they are set again.
 */
MORTISE_EXPORT int32_t mortise_plugin_config(MortisePlugin* plugin, const uint8_t* entries, size_t length);

/*
 * How far the plugin has come, which decides what its host functions answer (host.h). JavaScript sets it before the call that it belongs to. While shutdown runs
 * the plugin is in the last state of the header still; STOPPING says that what it asks for is refused by now.
 */
enum MortisePluginState {
  MORTISE_PLUGIN_OPENED = 0,  /* as mortise_plugin_open leaves it: metadata, register_stages */
  MORTISE_PLUGIN_REGISTERED,  /* before init */
  MORTISE_PLUGIN_INITIALISED, /* init returned MORTISE_OK */
  MORTISE_PLUGIN_RUNNING,     /* preflight_check returned MORTISE_OK */
  MORTISE_PLUGIN_STOPPING,    /* before shutdown */
  MORTISE_PLUGIN_STOPPED      /* shutdown returned, or an earlier step failed: before the stages' destroy and destroy */
};

/* state: enum MortisePluginState. Host functions that begin later on any thread see it. */
MORTISE_EXPORT void mortise_plugin_state(MortisePlugin* plugin, uint32_t state);

/* Begins a registration: register_stage works from now on, from this thread. */
MORTISE_EXPORT const MortiseRegistry* mortise_registry_open(MortisePlugin* plugin);

/* Ends it: register_stage answers MORTISE_WRONG_STATE. Returns how many stages this plugin has registered. */
MORTISE_EXPORT uint32_t mortise_registry_close(MortisePlugin* plugin);

/* Why register_stage last refused a stage in this registration: writes a NUL-terminated sentence and returns its length; 0: it refused none. */
MORTISE_EXPORT size_t mortise_registry_refusal(MortisePlugin* plugin, char* buffer, size_t capacity);

/* Writes stage index < count as a MortiseStageRecord (wire.h) with its strings and returns the bytes needed; nothing is written if that exceeds capacity. */
MORTISE_EXPORT size_t mortise_registry_stage(MortisePlugin* plugin, uint32_t index, uint8_t* buffer, size_t capacity);

/*
 * The plugin is gone: host functions answer MORTISE_CANCELLED, stage handles become invalid, undrained log lines are still delivered. The library may be opened again.
 * Stage destructors are called before this, by the caller.
 */
MORTISE_EXPORT void mortise_plugin_close(MortisePlugin* plugin);

/* ---- service.c: tables that plugins offer to each other ------------------------------------------------------------------------------ */

/*
 * Lets the other plugins of the group find table, which stays the plugin's, under name in version (semantic; both copied), until the state STOPPING, withdrawal or close.
 * MORTISE_EXISTS if *holder offers that already; MORTISE_INVALID_DATA (version), MORTISE_CANCELLED (from STOPPING on), MORTISE_OUT_OF_MEMORY.
 */
MORTISE_EXPORT int32_t mortise_service_offer(MortisePlugin* plugin, const char* name, const char* version, uintptr_t table, uint64_t* holder);

/* Nobody finds what the plugin offers from now on. */
MORTISE_EXPORT void mortise_service_withdraw(MortisePlugin* plugin);

/*
 * plugin depends on other, so that other must not use services of plugin: what would close a circle is refused. Forgotten when plugin comes to STOPPED or
 * one of the two is closed; means nothing for plugins of two groups. MORTISE_OUT_OF_MEMORY.
 */
MORTISE_EXPORT int32_t mortise_plugin_needs(MortisePlugin* plugin, MortisePlugin* other);

/* Writes the plugins whose services plugin found, at most capacity of them, and returns how many there are. */
MORTISE_EXPORT uint32_t mortise_plugin_uses(MortisePlugin* plugin, uint64_t* others, uint32_t capacity);

/* ---- store.c: the values of one run -------------------------------------------------------------------------------------------- */

typedef struct MortiseStore MortiseStore;

/* A store from the session's pool, empty. NULL: no memory. */
MORTISE_EXPORT MortiseStore* mortise_store_open(MortiseSession* session);

/*
 * Sets and removes values: a sequence of entries (wire.h), all of them or, after an error, none. They count as committed, not as changes. MORTISE_INVALID_DATA for a
 * malformed sequence, and for an entry by reference: addresses are not taken from buffers. MORTISE_UTF8_ERROR, MORTISE_TOO_LARGE (over 1 GiB), MORTISE_OUT_OF_MEMORY.
 */
MORTISE_EXPORT int32_t mortise_store_write(MortiseStore* store, const uint8_t* entries, size_t length);

/* Sets one value of tag STRING, BYTES or JSON from data, with one copy. */
MORTISE_EXPORT int32_t mortise_store_put(MortiseStore* store, const char* key, size_t key_length, uint32_t tag, const void* data, size_t length);

/*
 * Writes the entries that successful stages changed since the last call, each key once, and returns the bytes needed; nothing is written, and the changes are kept, if
 * that exceeds capacity. Data longer than MORTISE_BY_REFERENCE stays in the store: copy it with mortise_memory_copy before the next run, reset or close.
 */
MORTISE_EXPORT size_t mortise_store_changes(MortiseStore* store, uint8_t* buffer, size_t capacity);

/* Notes of the last run (wire.h): error messages, and what dry runs described. Same rule as mortise_store_changes; they are forgotten at the next run. */
MORTISE_EXPORT size_t mortise_store_notes(MortiseStore* store, uint8_t* buffer, size_t capacity);

/* [any-thread] Raises the cancellation flag of the run in progress, or of the next one. Sticky until reset. */
MORTISE_EXPORT void mortise_store_cancel(MortiseStore* store);

/* Forgets all values, changes, notes and the cancellation. Memory over 1 MiB is given back: that of large values to the session, which keeps 16 MiB at most. */
MORTISE_EXPORT void mortise_store_reset(MortiseStore* store);

/*
 * The `context` argument of preflight_check: the values of store, read-only, for this plugin. Valid until the store's next run, reset or close.
 */
MORTISE_EXPORT const MortiseContext* mortise_store_preflight(MortiseStore* store, MortisePlugin* plugin);

/* Back to the pool (at most 64 are kept). */
MORTISE_EXPORT void mortise_store_close(MortiseStore* store);

/* ---- run.c: stages, here or on a thread of our own ------------------------------------------------------------------------------- */

/* One per stage of a run. A stage that was not reached has code MORTISE_CANCELLED and flag NOT_RUN. */
typedef struct MortiseStageResult {
  int32_t code; /* what the stage returned */
  uint32_t flags;
  uint64_t nanoseconds; /* CLOCK_MONOTONIC */
} MortiseStageResult;

enum MortiseStageResultFlag {
  MORTISE_STAGE_NOT_RUN = 1,   /* an earlier one failed, or the run was cancelled before it */
  MORTISE_STAGE_NO_DRY_RUN = 2 /* the stage has no dry_run: nothing was called */
};

/*
 * Executes stages in order on the calling thread until one fails or the cancellation flag is up (looked at before each). What a stage wrote is committed if it
 * returned MORTISE_OK and dropped if not. Returns the first failing code, MORTISE_CANCELLED, or MORTISE_OK. mode: enum MortiseMode; in a dry run dry_run is called, execute never.
 * results may be NULL: then the clock is not read, which is a third of the cost of small stages.
 */
MORTISE_EXPORT int32_t mortise_run(MortiseStore* store, const uintptr_t* stages, uint32_t count, uint32_t mode, MortiseStageResult* results);

/*
 * The same on a thread of the library, started on demand. Returns a ticket (slot and generation; never 0), announced by an event of kind JOB when done; 0: MORTISE_MAX_THREADS
 * jobs are in progress or no thread could be started. The arrays are copied.
 */
MORTISE_EXPORT uint64_t mortise_submit(MortiseSession* session, MortiseStore* store, const uintptr_t* stages, uint32_t count, uint32_t mode);

/* Takes the results of a finished job (count as submitted) and frees its ticket. MORTISE_NOT_FOUND: stale ticket; MORTISE_BUSY: it still runs. *code as mortise_run returns. */
MORTISE_EXPORT int32_t mortise_take(MortiseSession* session, uint64_t ticket, MortiseStageResult* results, uint32_t count, int32_t* code);

/*
 * Gives up a job that does not return: it is cancelled, its ticket becomes stale, its store is freed when the job leaves plugin code and must not be used again.
 * *stage (may be NULL) is the index of the stage that was in progress. MORTISE_NOT_FOUND: stale ticket; MORTISE_EXISTS: it has finished, take it.
 */
MORTISE_EXPORT int32_t mortise_abandon(MortiseSession* session, uint64_t ticket, uint32_t* stage);

#endif
