/* One life of a plugin, from _plugin_init to destroy, driven step by step as a host does: what fails is asked for its text, and rolled back. */
#ifndef MORTISE_KITS_OPENING_H
#define MORTISE_KITS_OPENING_H

#include "library.h"

#define OPENING_STAGES 16
#define OPENING_FAILURES 32

/* What a step said about its failure. */
typedef struct Failure {
  const char* slot; /* as in PluginVTable; "execute" and "dry_run" for stages */
  FfiResult code;   /* MORTISE_ERR for slots that return none */
  char text[MORTISE_MIN_MESSAGE + 1];
} Failure;

typedef struct OpeningStage {
  char id[MORTISE_MAX_STAGE_ID + 1];
  uintptr_t handle;
  uint32_t flags;
  void* state;
  void (*destroy)(void* state); /* may be NULL */
} OpeningStage;

typedef struct Opening {
  const Library* library;
  MortiseSession* session;
  int doorbell;
  MortisePlugin* plugin;
  PluginVTable table; /* copied when _plugin_init returned */
  bool is_open;       /* the table is believed: destroy is owed */
  bool is_initialised;
  const MortiseErrorExtension* errors;
  const MortiseFunctionsExtension* functions;
  OpeningStage stages[OPENING_STAGES];
  uint32_t stage_count;
  char provided[OPENING_STAGES][MORTISE_MAX_STAGE_ID + 1]; /* of required_stages */
  uint32_t provided_count;
  Failure failures[OPENING_FAILURES];
  uint32_t failure_count;
} Opening;

/* Each is true if the plugin did it; if not, the failure is recorded, and opening_end is all that may follow. */
bool opening_begin(Opening* opening, const Library* library);
bool opening_read_metadata(Opening* opening); /* metadata.c */
bool opening_register(Opening* opening);
bool opening_init(Opening* opening);
bool opening_preflight(Opening* opening);

/* All of these, in order, up to the first that fails. */
bool opening_start(Opening* opening, const Library* library);

/* Shuts down if init succeeded, destroys stages and plugin. Safe after any step, once after each opening_begin. */
void opening_end(Opening* opening);

/* The stage with that name behind the colon, or NULL. */
const OpeningStage* opening_stage(const Opening* opening, const char* name);

/* Asks mortise.error/1 in memory that is exactly as large as it says; the text, NUL-terminated, is in text. */
void ask_last_message(const Opening* opening, const void* instance, char* text, size_t capacity);

/* Asks whether the call of slot that just ended failed, and records it. failed: its code says so. */
bool opening_note(Opening* opening, const char* slot, const void* instance, FfiResult code);

/* Records the failure of slot with its text, of a MortiseError or a note. */
void opening_fail(Opening* opening, const char* slot, FfiResult code, const char* text);

/* Whether code is in the list of result.h. */
bool is_result(FfiResult code);

#endif
