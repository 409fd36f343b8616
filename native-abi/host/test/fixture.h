/* A session with one plugin whose stages are functions of the test. */
#ifndef MORTISE_TEST_FIXTURE_H
#define MORTISE_TEST_FIXTURE_H

#include "../mortise_host.h"
#include "../wire.h"

#define FIXTURE_STAGES 16

typedef FfiResult (*StageFunction)(void* state, const MortiseContext* context, MortiseError* error);

typedef struct Fixture {
  MortiseSession* session;
  MortisePlugin* plugin;
  const MortiseHost* host;
  MortiseStore* store;
  uint32_t stage_count;
  uintptr_t stages[FIXTURE_STAGES]; /* handles */
  int doorbell;                     /* read end, or -1 */
} Fixture;

/* Opens a session, a plugin for an image base that no other fixture has, and a store. */
void fixture_open(Fixture* fixture);
void fixture_close(Fixture* fixture);

/* Registers a stage "test:N" and returns its handle. */
uintptr_t fixture_stage(Fixture* fixture, StageFunction execute, StageFunction dry_run, void* state);

/* Registers execute, runs it alone in live mode and returns its code. */
int32_t fixture_run(Fixture* fixture, StageFunction execute, void* state);

/* Runs one job and waits for its end. */
int32_t fixture_job(Fixture* fixture, const uintptr_t* stages, uint32_t count, MortiseStageResult* results);
/* Polls until ticket is done, at most 10 s; the code that mortise_take returned. */
int32_t fixture_take(Fixture* fixture, uint64_t ticket, MortiseStageResult* results, uint32_t count, int32_t* code);

void sleep_ms(unsigned milliseconds);

/* A growing sequence of entries, as JavaScript would write it. */
typedef struct Entries {
  size_t length;
  uint8_t bytes[65536];
} Entries;

void entries_add(Entries* entries, const char* key, MortiseValue value);
void entries_add_removed(Entries* entries, const char* key);

/* Walks what the library wrote. False at the end. */
typedef struct EntryWalk {
  const uint8_t* at;
  const uint8_t* end;
  MortiseEntry entry;
  const char* key; /* not NUL-terminated */
  const void* data; /* in the buffer, or by reference */
} EntryWalk;

int entry_walk(EntryWalk* walk);
int entry_is(const EntryWalk* walk, const char* key);

#endif
