/* Runs: commit and roll back, cancellation, dry runs, notes. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fixture.h"

static Fixture fixture;

#define STAGE(name) static FfiResult name(void* state, const MortiseContext* context, MortiseError* error)
#define UNUSED (void)state, (void)context, (void)error

static int64_t get(const MortiseContext* context, const char* key) {
  MortiseValue value;
  return context->get(context, key, &value) == MORTISE_OK ? value.as.int64 : -1;
}

static void set(const MortiseContext* context, const char* key, int64_t number) {
  const MortiseValue value = mortise_int64(number);
  CHECK(context->set(context, key, &value) == MORTISE_OK);
}

STAGE(first) {
  UNUSED;
  set(context, "a", 1);
  set(context, "b", 2);
  return MORTISE_OK;
}

STAGE(spoils_and_fails) {
  UNUSED;
  CHECK(get(context, "a") == 1);
  set(context, "a", 100);
  set(context, "a", 101);
  CHECK(get(context, "a") == 101);
  CHECK(context->remove(context, "b") == MORTISE_OK);
  CHECK(get(context, "b") == -1);
  for (int i = 0; i < 200; i++) {
    char key[16];
    snprintf(key, sizeof key, "new%d", i);
    set(context, key, i);
  }
  static char large[100000];
  const MortiseValue bytes = mortise_bytes(large, sizeof large);
  CHECK(context->set(context, "large", &bytes) == MORTISE_OK);
  CHECK(context->set(context, "a", &bytes) == MORTISE_OK);
  return mortise_fail(error, MORTISE_ERR, "spoiled");
}

STAGE(sees_only_first) {
  UNUSED;
  size_t cursor = 0;
  const char* key;
  MortiseValue value;
  CHECK(get(context, "a") == 1 && get(context, "b") == 2);
  CHECK(context->next(context, &cursor, &key, &value) == MORTISE_OK && strcmp(key, "a") == 0);
  CHECK(context->next(context, &cursor, &key, &value) == MORTISE_OK && strcmp(key, "b") == 0);
  CHECK(context->next(context, &cursor, &key, &value) == MORTISE_NOT_FOUND);
  return MORTISE_OK;
}

static void drops_what_a_failing_stage_wrote(void) {
  mortise_store_reset(fixture.store);
  const uintptr_t stages[] = {fixture_stage(&fixture, first, NULL, NULL), fixture_stage(&fixture, spoils_and_fails, NULL, NULL),
                              fixture_stage(&fixture, sees_only_first, NULL, NULL)};
  MortiseStageResult results[3];
  CHECK(mortise_run(fixture.store, stages, 3, MORTISE_LIVE, results) == MORTISE_ERR);
  CHECK(results[0].code == MORTISE_OK && results[0].flags == 0);
  CHECK(results[1].code == MORTISE_ERR && results[1].flags == 0);
  CHECK(results[2].code == MORTISE_CANCELLED && results[2].flags == MORTISE_STAGE_NOT_RUN);
  for (int i = 0; i < 5; i++) {
    CHECK(mortise_run(fixture.store, &stages[1], 1, MORTISE_LIVE, results) == MORTISE_ERR);
    CHECK(mortise_run(fixture.store, &stages[2], 1, MORTISE_LIVE, results) == MORTISE_OK);
  }
}

STAGE(fails_with_detail) {
  UNUSED;
  CHECK(error->size == sizeof *error && error->code == MORTISE_OK);
  error->code = MORTISE_TIMED_OUT;
  mortise_text_set(&error->message, "slow \xFF server", 13);
  return MORTISE_ERR;
}

STAGE(lies_about_lengths) {
  UNUSED;
  error->message.data = NULL;
  error->message.length = SIZE_MAX;
  return 12345;
}

/* The only note of the last run, with its text in `text`. */
static MortiseNote only_note(char* text, size_t capacity) {
  uint8_t buffer[16384];
  MortiseNote note = {0, 0, 0, 0};
  const size_t needed = mortise_store_notes(fixture.store, buffer, sizeof buffer);
  CHECK(needed >= sizeof note && needed <= sizeof buffer);
  memcpy(&note, buffer, sizeof note);
  CHECK(needed == sizeof note + ((note.length + 7) & ~7u));
  CHECK(note.length < capacity);
  memcpy(text, buffer + sizeof note, note.length);
  text[note.length] = 0;
  return note;
}

static void notes_errors(void) {
  char text[8192];
  uint8_t small[8];
  const uintptr_t stages[] = {fixture_stage(&fixture, first, NULL, NULL), fixture_stage(&fixture, fails_with_detail, NULL, NULL)};
  MortiseStageResult results[2];
  CHECK(mortise_run(fixture.store, stages, 2, MORTISE_LIVE, results) == MORTISE_ERR);
  CHECK(mortise_store_notes(fixture.store, small, sizeof small) == 32);
  MortiseNote note = only_note(text, sizeof text);
  CHECK(note.kind == MORTISE_NOTE_ERROR && note.stage == 1 && note.code == MORTISE_TIMED_OUT);
  CHECK(strcmp(text, "slow ? server") == 0);
  CHECK(mortise_run(fixture.store, stages, 1, MORTISE_LIVE, results) == MORTISE_OK);
  CHECK(mortise_store_notes(fixture.store, small, sizeof small) == 0);
  CHECK(fixture_run(&fixture, lies_about_lengths, NULL) == 12345);
  note = only_note(text, sizeof text);
  CHECK(note.code == 12345 && strstr(text, "4096 were offered") != NULL);
}

STAGE(raises_the_flag) {
  UNUSED;
  CHECK(!mortise_cancelled(context));
  mortise_store_cancel(fixture.store);
  CHECK(mortise_cancelled(context));
  set(context, "late", 1);
  return MORTISE_OK;
}

static void stops_at_the_flag(void) {
  mortise_store_reset(fixture.store);
  const uintptr_t stages[] = {fixture_stage(&fixture, raises_the_flag, NULL, NULL), fixture_stage(&fixture, first, NULL, NULL)};
  MortiseStageResult results[2];
  CHECK(mortise_run(fixture.store, stages, 2, MORTISE_LIVE, results) == MORTISE_CANCELLED);
  CHECK(results[0].code == MORTISE_OK && results[1].flags == MORTISE_STAGE_NOT_RUN && results[1].code == MORTISE_CANCELLED);
  /* Sticky until reset. */
  CHECK(mortise_run(fixture.store, &stages[1], 1, MORTISE_LIVE, results) == MORTISE_CANCELLED);
  mortise_store_reset(fixture.store);
  CHECK(mortise_run(fixture.store, &stages[1], 1, MORTISE_LIVE, results) == MORTISE_OK);
}

STAGE(must_not_run) {
  UNUSED;
  CHECK(0);
  return MORTISE_OK;
}

STAGE(describes) {
  UNUSED;
  CHECK(context->mode == MORTISE_DRY_RUN);
  CHECK(context->describe(context, "would write", SIZE_MAX) == MORTISE_OK);
  CHECK(context->describe(context, "a file", 1) == MORTISE_OK);
  CHECK(context->describe(context, NULL, 0) == MORTISE_NULL_POINTER);
  CHECK(context->describe(context, "\xFF", 1) == MORTISE_UTF8_ERROR);
  char* long_text = malloc(65538);
  memset(long_text, 'x', 65537);
  long_text[65537] = 0;
  CHECK(context->describe(context, long_text, SIZE_MAX) == MORTISE_TOO_LARGE);
  CHECK(context->describe(context, long_text, 65537) == MORTISE_TOO_LARGE);
  FfiResult result = MORTISE_OK;
  int count = 0;
  for (; result == MORTISE_OK && count < 100; count++) result = context->describe(context, long_text, 65536);
  CHECK(result == MORTISE_TOO_LARGE && count > 60);
  free(long_text);
  return MORTISE_OK;
}

static void dry_runs_call_dry_run_only(void) {
  mortise_store_reset(fixture.store);
  const uintptr_t stages[] = {fixture_stage(&fixture, must_not_run, describes, NULL), fixture_stage(&fixture, must_not_run, NULL, NULL)};
  MortiseStageResult results[2];
  CHECK(mortise_run(fixture.store, stages, 2, MORTISE_DRY_RUN, results) == MORTISE_OK);
  CHECK(results[0].code == MORTISE_OK && results[0].flags == 0);
  CHECK(results[1].code == MORTISE_OK && results[1].flags == MORTISE_STAGE_NO_DRY_RUN);
  const size_t needed = mortise_store_notes(fixture.store, NULL, 0);
  uint8_t* buffer = malloc(needed);
  CHECK(mortise_store_notes(fixture.store, buffer, needed) == needed);
  MortiseNote note;
  memcpy(&note, buffer, sizeof note);
  CHECK(note.kind == MORTISE_NOTE_DESCRIBE && note.stage == 0 && note.length == 11);
  CHECK(memcmp(buffer + 16, "would write\0\0\0\0\0", 16) == 0);
  memcpy(&note, buffer + 32, sizeof note);
  CHECK(note.length == 1 && buffer[48] == 'a');
  free(buffer);
}

STAGE(knows_where_it_is) {
  CHECK(state == &fixture);
  CHECK(context->host == fixture.host && context->size == sizeof *context && context->mode == MORTISE_LIVE);
  CHECK(strncmp(context->stage_id, "test:", 5) == 0);
  MortiseStageResult result;
  const uintptr_t again = fixture.stages[0];
  CHECK(mortise_run(fixture.store, &again, 1, MORTISE_LIVE, &result) == MORTISE_BUSY);
  (void)error;
  sleep_ms(2);
  return MORTISE_OK;
}

static void gives_stages_their_place(void) {
  const uintptr_t stage = fixture_stage(&fixture, knows_where_it_is, NULL, &fixture);
  MortiseStageResult result;
  CHECK(mortise_run(fixture.store, &stage, 1, MORTISE_LIVE, &result) == MORTISE_OK);
  CHECK(result.nanoseconds > 1000000 && result.nanoseconds < 5000000000u);
}

static void refuses_bad_arguments(void) {
  MortiseStageResult result;
  CHECK(mortise_run(fixture.store, NULL, 0, MORTISE_LIVE, &result) == MORTISE_OK);
  CHECK(mortise_run(fixture.store, NULL, 1, MORTISE_LIVE, &result) == MORTISE_NULL_POINTER);
  CHECK(mortise_run(fixture.store, fixture.stages, 1, 2, &result) == MORTISE_INVALID_DATA);
  CHECK(mortise_run(NULL, fixture.stages, 1, MORTISE_LIVE, &result) == MORTISE_NULL_POINTER);
}

int main(void) {
  fixture_open(&fixture);
  RUN("commits what a stage wrote if it succeeds and drops it if not", drops_what_a_failing_stage_wrote);
  RUN("notes the message and code of the stage that failed, whatever it wrote there", notes_errors);
  RUN("stops before the next stage once the cancellation flag is up, until reset", stops_at_the_flag);
  RUN("calls dry_run only in a dry run, and notes what it describes", dry_runs_call_dry_run_only);
  RUN("gives a stage its host, id, state and time, and refuses to run inside itself", gives_stages_their_place);
  RUN("refuses missing arrays and unknown modes", refuses_bad_arguments);
  fixture_close(&fixture);
  return CHECK_RESULT();
}
