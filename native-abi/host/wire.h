/*
 * What crosses between the host library and JavaScript in byte buffers. Native byte order; every record starts at a multiple of 8, and
 * variable parts are padded with zeros to a multiple of 8.
 */
#ifndef MORTISE_WIRE_H
#define MORTISE_WIRE_H

#include "mortise.h"

enum MortiseEntryFlag {
  MORTISE_ENTRY_INLINE = 1,    /* the data follows the key */
  MORTISE_ENTRY_REFERENCE = 2, /* payload is the address of the data */
  MORTISE_ENTRY_REMOVED = 4    /* the key has no value any more */
};

/* A key with its value; then the key's bytes, padded; then, if INLINE, the data, padded. */
typedef struct MortiseEntry {
  uint32_t tag;   /* enum MortiseTag */
  uint32_t flags; /* enum MortiseEntryFlag; 0 for null, bool, int64, double */
  uint32_t key_length;
  uint32_t writer; /* index in the last run of the stage that wrote it */
  uint64_t payload; /* MortiseValue.as.bits, or an address */
  uint64_t length;
} MortiseEntry;

MORTISE_STATIC_ASSERT(sizeof(MortiseEntry) == 32, "MortiseEntry");

enum MortiseNoteKind {
  MORTISE_NOTE_ERROR = 1,   /* message of the stage that failed; code is that of its MortiseError */
  MORTISE_NOTE_DESCRIBE = 2 /* one thing that a dry run would do */
};

/* A note; then length bytes of UTF-8, padded. */
typedef struct MortiseNote {
  uint32_t kind;
  uint32_t stage; /* index in the run */
  int32_t code;
  uint32_t length;
} MortiseNote;

MORTISE_STATIC_ASSERT(sizeof(MortiseNote) == 16, "MortiseNote");

/* A registered stage; then id, name and description, each padded. Lengths in bytes; a missing name or description has length 0. */
typedef struct MortiseStageRecord {
  uint64_t handle; /* what mortise_run and mortise_submit take */
  uint64_t state;
  uint64_t execute;
  uint64_t dry_run;
  uint64_t destroy;
  uint32_t flags;
  uint32_t id_length;
  uint32_t name_length;
  uint32_t description_length;
} MortiseStageRecord;

MORTISE_STATIC_ASSERT(sizeof(MortiseStageRecord) == 56, "MortiseStageRecord");

enum MortiseEventKind {
  MORTISE_EVENT_JOB = 1,    /* subject is a ticket: that job is done */
  MORTISE_EVENT_LOG = 2,    /* subject is a plugin; a MortiseLogLine follows */
  MORTISE_EVENT_DROPPED = 3 /* subject is a plugin; count lines were dropped because the queue was full */
};

typedef struct MortiseEvent {
  uint32_t size; /* of the whole event, a multiple of 8 */
  uint32_t kind;
  uint64_t subject;
  uint64_t count; /* DROPPED only */
} MortiseEvent;

MORTISE_STATIC_ASSERT(sizeof(MortiseEvent) == 24, "MortiseEvent");

/* Then the message, padded, and field_count entries. */
typedef struct MortiseLogLine {
  uint64_t stage; /* handle of the stage during which the line was written on its thread; 0: none */
  int64_t time_ms; /* Unix time */
  uint32_t level;
  uint32_t message_length;
  uint32_t field_count;
  uint32_t reserved;
} MortiseLogLine;

MORTISE_STATIC_ASSERT(sizeof(MortiseLogLine) == 32, "MortiseLogLine");

#endif
