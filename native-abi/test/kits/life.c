/* What holds for every plugin: metadata, the whole life, a life that ends early, and opening it again. */
#include "life.h"

#include <stdlib.h>
#include <string.h>

#include "../../host/wire.h"
#include "check.h"

static void check_record(const Library* library) {
  const MortiseRecord* record = &library->record;
  case_begin("carries a record of these headers, with a manifest");
  CHECK(record->abi_major == MORTISE_ABI_MAJOR && record->abi_minor <= MORTISE_ABI_MINOR && record->word == MORTISE_WORD);
  CHECK(record->language == MORTISE_LANGUAGE_C || record->language == MORTISE_LANGUAGE_CPP || record->language == MORTISE_LANGUAGE_RUST);
  CHECK(record->threads == MORTISE_THREADS_ONE || record->threads == MORTISE_THREADS_SAFE);
  CHECK(record->reserved == 0 && record->reserved2 == 0);
  CHECK(strncmp(record->header_version, MORTISE_HEADER_VERSION, sizeof record->header_version) == 0);
  CHECK(record->size_vtable == sizeof(PluginVTable) && record->size_slice == sizeof(FfiSlice));
  CHECK(record->size_dependency == sizeof(FfiPluginDependency) && record->size_stage_requirement == sizeof(FfiStageRequirement));
  CHECK(record->size_value == sizeof(MortiseValue) && record->size_error == sizeof(MortiseError));
  CHECK(record->size_host == sizeof(MortiseHost) && record->size_context == sizeof(MortiseContext));
  CHECK(record->size_stage == sizeof(MortiseStage) && record->size_registry == sizeof(MortiseRegistry));
  CHECK(strlen(library->manifest) == record->manifest_length && library->name[0] != 0 && library->version[0] != 0);
  case_end();
}

/* What the kit says it provides is what it registers. */
static void check_provided(const Opening* opening) {
  for (uint32_t given = 0; given < opening->provided_count; given++) {
    bool registered = false;
    for (uint32_t index = 0; index < opening->stage_count; index++) {
      registered = registered || strcmp(opening->stages[index].id, opening->provided[given]) == 0;
    }
    CHECK(registered);
  }
  if (library_has_kit(opening->library)) CHECK(opening->provided_count == opening->stage_count);
}

FfiResult run_stage(Opening* opening, const OpeningStage* stage, uint32_t mode, MortiseStore* store, char* text, size_t capacity) {
  MortiseStageResult result;
  const FfiResult code = mortise_run(store, &stage->handle, 1, mode, &result);
  const size_t needed = mortise_store_notes(store, NULL, 0);
  if (capacity > 0) text[0] = 0;
  if (needed > 0) {
    uint8_t* bytes = malloc(needed);
    MortiseNote note;
    mortise_store_notes(store, bytes, needed);
    memcpy(&note, bytes, sizeof note);
    CHECK(note.kind == (code == MORTISE_OK ? MORTISE_NOTE_DESCRIBE : MORTISE_NOTE_ERROR));
    if (note.length < capacity) {
      memcpy(text, bytes + sizeof note, note.length);
      text[note.length] = 0;
    }
    free(bytes);
  }
  CHECK(is_result(code));
  if (code != MORTISE_OK && (result.flags & MORTISE_STAGE_NO_DRY_RUN) == 0) {
    opening_fail(opening, mode == MORTISE_LIVE ? "execute" : "dry_run", code, text);
  }
  return code;
}

/* Stages that want something of the context fail on an empty one, with a sentence. */
static void run_on_nothing(Opening* opening) {
  char text[8192];
  for (uint32_t index = 0; index < opening->stage_count; index++) {
    for (uint32_t mode = MORTISE_LIVE; mode <= MORTISE_DRY_RUN; mode++) {
      MortiseStore* store = mortise_store_open(opening->session);
      if (store == NULL) abort();
      const FfiResult code = run_stage(opening, &opening->stages[index], mode, store, text, sizeof text);
      CHECK(code == MORTISE_OK || text[0] != 0);
      mortise_store_close(store);
    }
  }
  opening->failure_count = 0;
}

static void whole_life(const Library* library) {
  Opening opening;
  const bool started = opening_start(&opening, library);
  CHECK(started);
  if (started) run_on_nothing(&opening);
  if (started) check_provided(&opening);
  opening_end(&opening);
  CHECK(opening.failure_count == 0);
}

/* A host may give up after any step; from then on only what is owed is called. */
static void ends_after(const Library* library, int steps) {
  Opening opening;
  bool going = opening_begin(&opening, library);
  if (going && steps > 0) going = opening_read_metadata(&opening);
  if (going && steps > 1) going = opening_register(&opening);
  if (going && steps > 2) going = opening_init(&opening);
  CHECK(going);
  opening_end(&opening);
  CHECK(opening.failure_count == 0);
}

static void check_memory(const Library* library) {
  case_begin("opened again and again, holds no more memory than before");
  for (int warm = 0; warm < 3; warm++) whole_life(library);
  const size_t before = allocated_bytes();
  for (int round = 0; round < 20; round++) whole_life(library);
  const size_t after = allocated_bytes();
  CHECK(after <= before);
  case_end();
}

void drive_life(const Library* library) {
  static const char* const steps[] = {"_plugin_init", "the metadata", "register_stages", "init"};
  check_record(library);
  case_begin("gives its metadata, registers, starts, runs, stops, and leaves nothing behind");
  whole_life(library);
  case_end();
  case_begin("does so again in the same library");
  whole_life(library);
  whole_life(library);
  case_end();
  for (int step = 0; step < 4; step++) {
    case_begin("leaves nothing behind when the host gives up after %s", steps[step]);
    ends_after(library, step);
    case_end();
  }
  if (allocated_bytes() > 0) check_memory(library); /* else nobody counts */
}
