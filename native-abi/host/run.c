/* Executing stages, one after the other, on the calling thread. */
#include "run.h"

#include <stdio.h>
#include <string.h>

#include "utf8.h"

THREAD_LOCAL const Stage* current_stage;

static bool is_cancelled(const MortiseStore* store) {
  return atomic_load_explicit(&store->cancelled, memory_order_relaxed) != 0;
}

/* A message is for people: where it is not UTF-8, a question mark says more than no message. */
static void make_valid(char* text, size_t length) {
  for (size_t at = utf8_valid_prefix(text, length); at < length; at += utf8_valid_prefix(text + at, length - at)) text[at++] = '?';
}

/* The plugin may have written any length, and anything into the pointer: only the buffer is ours. */
static void note_failure(MortiseStore* store, const MortiseError* error, int32_t code) {
  size_t length = error->message.length;
  /* More than it was offered: what lies there is not its message, but whatever the store had there before. */
  if (length > ERROR_TEXT) {
    length = (size_t)snprintf(store->error_text, ERROR_TEXT, "(the stage says that its message has %zu bytes; %d were offered)", length, ERROR_TEXT);
  }
  make_valid(store->error_text, length);
  /* Without memory for it, the message is lost and the code remains. */
  store_note(store, MORTISE_NOTE_ERROR, error->code != MORTISE_OK ? error->code : code, store->error_text, length);
}

static int32_t run_stage(MortiseStore* store, const Stage* stage, uint32_t index, uint32_t* flags) {
  FfiResult (*function)(void*, const MortiseContext*, MortiseError*) =
      store->context.mode == MORTISE_DRY_RUN ? stage->dry_run : stage->execute;
  if (function == NULL) {
    *flags |= MORTISE_STAGE_NO_DRY_RUN;
    return MORTISE_OK;
  }
  store->context.host = &stage->plugin->host;
  store->context.stage_id = stage->id;
  atomic_store_explicit(&store->stage, index, memory_order_relaxed);
  MortiseError error = {(uint32_t)sizeof error, MORTISE_OK, {store->error_text, ERROR_TEXT, 0}};
  table_begin(&store->table, index, true);
  current_stage = stage;
  const int32_t code = function(stage->state, &store->context, &error);
  if (code == MORTISE_OK) {
    table_commit(&store->table);
  } else {
    table_roll_back(&store->table);
    note_failure(store, &error, code);
  }
  return code;
}

/* run_stage between the gates. False: one of them is closed, nothing was called. */
static bool run_stage_of_job(MortiseStore* store, Stage* stage, uint32_t index, uint32_t* flags, int32_t* code) {
  if (!exit_gate_enter()) return false;
  const bool open = plugin_enter(stage);
  if (open) {
    *code = run_stage(store, stage, index, flags);
    plugin_leave(stage);
  }
  exit_gate_leave();
  return open;
}

int32_t run_stages(MortiseStore* store, const uintptr_t* stages, uint32_t count, uint32_t mode, MortiseStageResult* results, bool as_job) {
  if (mode != MORTISE_LIVE && mode != MORTISE_DRY_RUN) return MORTISE_INVALID_DATA;
  if (store == NULL || (count > 0 && stages == NULL)) return MORTISE_NULL_POINTER;
  if (store->access == ACCESS_WRITE) return MORTISE_BUSY;

  const Stage* outer = current_stage;
  arena_sweep(&store->table.arena);
  store->notes_length = 0;
  store->context.mode = mode;
  store->access = ACCESS_WRITE;

  int32_t result = MORTISE_OK;
  uint32_t reached = 0;
  /* The end of one stage is the beginning of the next: a clock read costs as much as a small stage. */
  uint64_t before = results != NULL ? clock_monotonic_ns() : 0;
  while (reached < count && result == MORTISE_OK) {
    Stage* stage = (Stage*)stages[reached];
    int32_t code = MORTISE_CANCELLED;
    uint32_t flags = 0;
    bool called = !is_cancelled(store);
    if (called && as_job) called = run_stage_of_job(store, stage, reached, &flags, &code);
    else if (called) code = run_stage(store, stage, reached, &flags);
    result = code;
    if (!called) break;
    if (results != NULL) {
      const uint64_t after = clock_monotonic_ns();
      results[reached] = (MortiseStageResult){code, flags, after - before};
      before = after;
    }
    reached++;
  }
  for (uint32_t i = reached; results != NULL && i < count; i++) {
    results[i] = (MortiseStageResult){MORTISE_CANCELLED, MORTISE_STAGE_NOT_RUN, 0};
  }
  current_stage = outer;
  store->access = ACCESS_NONE;
  store->context.host = NULL;
  store->context.stage_id = NULL;
  return result;
}

int32_t mortise_run(MortiseStore* store, const uintptr_t* stages, uint32_t count, uint32_t mode, MortiseStageResult* results) {
  return run_stages(store, stages, count, mode, results, false);
}
