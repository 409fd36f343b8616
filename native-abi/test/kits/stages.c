/* The stages of a faulty plugin: echo, count, fail, panic. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../host/test/fixture.h"
#include "check.h"
#include "life.h"
#include "values.h"

#define JOBS 8
#define ROUNDS 6
#define PASSES 500 /* of one job: long enough that jobs meet inside the plugin */

static void write_value(MortiseStore* store, const MortiseValue* value) {
  Entries* entries = calloc(1, sizeof *entries);
  if (value->tag >= MORTISE_STRING) {
    CHECK(mortise_store_put(store, "value", 5, value->tag, value->as.data, (size_t)value->length) == MORTISE_OK);
  } else {
    entries_add(entries, "value", *value);
    CHECK(mortise_store_write(store, entries->bytes, entries->length) == MORTISE_OK);
  }
  free(entries);
}

/* Whether stages changed key, and, if value is not NULL, to *value. */
static bool changed_to(MortiseStore* store, const char* key, const MortiseValue* value) {
  const size_t needed = mortise_store_changes(store, NULL, 0);
  uint8_t* bytes = malloc(needed + 1);
  mortise_store_changes(store, bytes, needed);
  EntryWalk walk = {bytes, bytes + needed, {0}, NULL, NULL};
  bool found = false;
  while (!found && entry_walk(&walk)) {
    if (!entry_is(&walk, key) || (walk.entry.flags & MORTISE_ENTRY_REMOVED) != 0) continue;
    MortiseValue there = mortise_data(walk.entry.tag, walk.data, (size_t)walk.entry.length);
    if (walk.entry.tag < MORTISE_STRING) there.as.bits = walk.entry.payload;
    found = value == NULL || same_value(&there, value);
  }
  free(bytes);
  return found;
}

static MortiseStore* open_store(const Opening* opening) {
  MortiseStore* store = mortise_store_open(opening->session);
  if (store == NULL) abort();
  return store;
}

static void echoes(Opening* opening) {
  const OpeningStage* echo = opening_stage(opening, "echo");
  char text[8192];
  for (uint32_t index = 0; index < SAMPLE_COUNT; index++) {
    const MortiseValue value = sample(index);
    MortiseStore* store = open_store(opening);
    write_value(store, &value);
    CHECK(run_stage(opening, echo, MORTISE_LIVE, store, text, sizeof text) == MORTISE_OK);
    CHECK(changed_to(store, "echo", &value));
    CHECK(run_stage(opening, echo, MORTISE_DRY_RUN, store, text, sizeof text) == MORTISE_OK && text[0] != 0);
    CHECK(!changed_to(store, "echo", NULL));
    mortise_store_close(store);
  }
}

static void fails_with(Opening* opening, const char* name, FfiResult code, const char* wanted, bool is_panic) {
  MortiseStore* store = open_store(opening);
  char text[8192];
  const FfiResult found = run_stage(opening, opening_stage(opening, name), MORTISE_LIVE, store, text, sizeof text);
  CHECK(code == MORTISE_OK ? found != MORTISE_OK : found == code);
  if (is_panic) CHECK(is_panic_text(opening->library, wanted, text));
  else CHECK_TEXT(wanted, text);
  mortise_store_close(store);
}

/* Every job has a value of its own, and in each third round fails or panics: nothing of one may be seen in another. */
static void at_once(Opening* opening, uint32_t jobs, uint32_t rounds) {
  uintptr_t good[2 * PASSES];
  for (uint32_t pass = 0; pass < PASSES; pass++) {
    good[2 * pass] = opening_stage(opening, "echo")->handle;
    good[2 * pass + 1] = opening_stage(opening, "count")->handle;
  }
  const uintptr_t bad[] = {opening_stage(opening, "fail")->handle, opening_stage(opening, "panic")->handle};
  MortiseStore* stores[JOBS];
  for (uint32_t job = 0; job < jobs; job++) stores[job] = open_store(opening);
  Fixture fixture = {opening->session, opening->plugin, NULL, NULL, 0, {0}, -1};
  for (uint32_t round = 0; round < rounds; round++) {
    uint64_t tickets[JOBS];
    const bool fails = round % 3 == 2;
    const uint32_t count = fails ? 1 : 2 * PASSES;
    for (uint32_t job = 0; job < jobs; job++) {
      const MortiseValue value = mortise_int64((int64_t)round * 1000 + job);
      mortise_store_reset(stores[job]);
      write_value(stores[job], &value);
      tickets[job] = mortise_submit(opening->session, stores[job], fails ? &bad[job % 2] : good, count, MORTISE_LIVE);
      CHECK(tickets[job] != 0);
    }
    for (uint32_t job = 0; job < jobs; job++) {
      const MortiseValue value = mortise_int64((int64_t)round * 1000 + job);
      MortiseStageResult results[2 * PASSES];
      int32_t code = -1;
      CHECK(fixture_take(&fixture, tickets[job], results, count, &code) == MORTISE_OK);
      CHECK(fails ? code != MORTISE_OK : code == MORTISE_OK);
      if (!fails) CHECK(changed_to(stores[job], "echo", &value));
    }
  }
  for (uint32_t job = 0; job < jobs; job++) mortise_store_close(stores[job]);
}

void drive_stages(const Library* library) {
  Opening opening;
  const bool is_safe = library->record.threads == MORTISE_THREADS_SAFE;
  char panic[128];
  snprintf(panic, sizeof panic, "stage panic of %s", library->name);

  case_begin("stages pass values of every type on, and say in a dry run what they would do");
  CHECK(opening_start(&opening, library));
  echoes(&opening);
  CHECK(opening.failure_count == 0);
  case_end();

  case_begin("a stage that fails says why, and with which code");
  fails_with(&opening, "fail", MORTISE_WRONG_TYPE, "cannot do that", false);
  case_end();

  case_begin("a stage that breaks down says why");
  fails_with(&opening, "panic", MORTISE_OK, panic, true);
  case_end();

  const uint32_t jobs = is_safe ? JOBS : 1;
  case_begin("stages run on %" PRIu32 " threads at once, fail on some, and lose no count", jobs);
  at_once(&opening, jobs, ROUNDS);
  MortiseStore* store = open_store(&opening);
  const MortiseValue counted = mortise_int64((int64_t)jobs * (ROUNDS - ROUNDS / 3) * PASSES + 1);
  char text[8192];
  CHECK(run_stage(&opening, opening_stage(&opening, "count"), MORTISE_LIVE, store, text, sizeof text) == MORTISE_OK);
  CHECK(changed_to(store, "count", &counted));
  mortise_store_close(store);
  opening.failure_count = 0;
  opening_end(&opening);
  CHECK(opening.failure_count == 0);
  case_end();

  case_begin("a new instance counts from the beginning");
  const MortiseValue one = mortise_int64(1);
  CHECK(opening_start(&opening, library));
  store = open_store(&opening);
  CHECK(run_stage(&opening, opening_stage(&opening, "count"), MORTISE_LIVE, store, text, sizeof text) == MORTISE_OK);
  CHECK(changed_to(store, "count", &one));
  mortise_store_close(store);
  opening_end(&opening);
  case_end();
}
