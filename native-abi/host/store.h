#ifndef MORTISE_STORE_H
#define MORTISE_STORE_H

#include <stdatomic.h>

#include "table.h"

#define STORE_POOL 64            /* closed stores that a session keeps */
#define ERROR_TEXT 4096          /* bytes for the message of a failing stage */
#define MAX_NOTES 4194304        /* bytes of notes of one run */
#define KEPT_NOTES 32768         /* bytes of notes that survive a reset */

/* What the context of a store lets a plugin do. */
typedef enum Access {
  ACCESS_NONE, /* no call is in progress: a plugin that kept the context gets MORTISE_WRONG_STATE */
  ACCESS_READ,
  ACCESS_WRITE
} Access;

struct MortiseStore {
  MortiseContext context; /* first: a context's address is its store's */
  Access access;
  _Atomic uint32_t cancelled;
  _Atomic uint32_t stage; /* index in the run in progress; whoever abandons a job looks at it from outside */
  MortiseSession* session;
  MortiseStore* next; /* in the session's list of open stores, or in its pool */
  MortiseStore* previous;
  Table table;
  uint8_t* notes; /* records of wire.h */
  size_t notes_length;
  size_t notes_capacity;
  char error_text[ERROR_TEXT];
};

/* Frees a store that is in no list any more. */
void store_free(MortiseStore* store);

/* Points the context at nothing: the functions are in place, and access is ACCESS_NONE. */
void context_prepare(MortiseStore* store);

/* Adds a note of wire.h. text is valid UTF-8. */
FfiResult store_note(MortiseStore* store, uint32_t kind, int32_t code, const char* text, size_t length);

#endif
