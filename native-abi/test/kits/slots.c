/* Each slot of a faulty plugin fails in turn, as MORTISE_FAULTY says: exactly that is reported, with its text, and all is well the next time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../host/utf8.h"
#include "check.h"
#include "life.h"

typedef struct Slot {
  const char* name;
  const char* reported; /* the slot whose call is found to have failed */
  bool is_getter;
} Slot;

static const Slot slots[] = {
    {"_plugin_init", "_plugin_init", false},
    {"name", "name", true},
    {"version", "version", true},
    {"is_core", "is_core", true},
    {"priority", "priority", true},
    {"compatible_api_versions", "compatible_api_versions", true},
    {"dependencies", "dependencies", true},
    {"required_stages", "required_stages", true},
    {"conflicts_with", "conflicts_with", true},
    {"incompatible_with", "incompatible_with", true},
    {"register_stages", "register_stages", false},
    {"init", "init", false},
    {"preflight_check", "preflight_check", false},
    {"execute", "execute", false},
    {"dry_run", "dry_run", false},
    {"shutdown", "shutdown", false},
    {"stage_destroy", "destroy", false},
    {"destroy", "destroy", false},
};

static bool begins_with(const char* text, const char* prefix) {
  return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool is_panic_text(const Library* library, const char* wanted, const char* found) {
  if (library->record.language != MORTISE_LANGUAGE_RUST) return strcmp(wanted, found) == 0;
  /* panicked: TEXT (src/lib.rs:12:5) */
  char panicked[MORTISE_MIN_MESSAGE];
  snprintf(panicked, sizeof panicked, "panicked: %s (", wanted);
  const size_t length = strlen(found);
  return begins_with(found, panicked) && length > 0 && found[length - 1] == ')';
}

/* The whole life, in which one thing fails. */
static void live(Opening* opening, const Library* library) {
  char text[8192];
  if (opening_start(opening, library)) {
    MortiseStore* store = mortise_store_open(opening->session);
    if (store == NULL) abort();
    const OpeningStage* echo = opening_stage(opening, "echo");
    CHECK(echo != NULL);
    CHECK(mortise_store_put(store, "value", 5, MORTISE_STRING, "x", 1) == MORTISE_OK);
    if (echo != NULL) (void)run_stage(opening, echo, MORTISE_LIVE, store, text, sizeof text);
    if (echo != NULL) (void)run_stage(opening, echo, MORTISE_DRY_RUN, store, text, sizeof text);
    mortise_store_close(store);
  }
  opening_end(opening);
}

/* With a `!`, the plugin fails with something that is no text: what the kit makes of that. */
static bool is_wordless_text(const Library* library, const char* wanted, const char* found) {
  if (library->record.language == MORTISE_LANGUAGE_CPP) return strcmp("an exception that is no std::exception", found) == 0;
  /* Rust: an Err, where the function can return one; else a panic with a payload that is no string. */
  return strcmp(wanted, found) == 0 || begins_with(found, "panicked");
}

static void check_failure(const Library* library, const Slot* slot, bool is_wordless, const Failure* failure) {
  char wanted[256], prefix[MORTISE_MAX_STAGE_ID + 32];
  const char* found = failure->text;
  snprintf(wanted, sizeof wanted, "%s of %s: größer 💥", slot->name, library->name);
  snprintf(prefix, sizeof prefix, "stage %s:echo: ", library->name);
  CHECK_TEXT(slot->reported, failure->slot);
  CHECK(failure->code != MORTISE_OK);
  if (strcmp(slot->name, "stage_destroy") == 0) {
    CHECK(begins_with(found, prefix));
    found += begins_with(found, prefix) ? strlen(prefix) : 0;
  }
  const bool matches = is_wordless ? is_wordless_text(library, wanted, found) : is_panic_text(library, wanted, found);
  if (!matches) CHECK_TEXT(wanted, found);
}

/* Whether the kit answers by itself, so that no code of an author runs there that could fail: the metadata of the C kit are constants, and so are name and version in Rust. */
static bool answers_itself(const Library* library, const Slot* slot) {
  if (!slot->is_getter || !library_has_kit(library)) return false;
  const bool is_manifest = strcmp(slot->name, "name") == 0 || strcmp(slot->name, "version") == 0;
  return library->record.language == MORTISE_LANGUAGE_C || (library->record.language == MORTISE_LANGUAGE_RUST && is_manifest);
}

static void fail_slot(const Library* library, const Slot* slot, bool is_wordless) {
  Opening opening;
  char told[64];
  const bool cannot = answers_itself(library, slot);
  snprintf(told, sizeof told, "%s%s", slot->name, is_wordless ? "!" : "");
  case_begin("MORTISE_FAULTY=%s: %s", told, cannot ? "the kit answers by itself there" : "is heard, and forgotten the next time");
  setenv("MORTISE_FAULTY", told, 1);
  live(&opening, library);
  unsetenv("MORTISE_FAULTY");
  CHECK(opening.failure_count == (cannot ? 0u : 1u));
  if (opening.failure_count > 0) check_failure(library, slot, is_wordless, &opening.failures[0]);
  live(&opening, library);
  CHECK(opening.failure_count == 0);
  case_end();
}

/* init fails, and is asked with room for capacity bytes. */
static void ask_with(const Library* library, size_t capacity, char* text) {
  Opening opening;
  CHECK(opening_begin(&opening, library) && opening_read_metadata(&opening) && opening_register(&opening));
  mortise_plugin_state(opening.plugin, MORTISE_PLUGIN_REGISTERED);
  CHECK(opening.table.init(opening.table.instance, (void*)(uintptr_t)mortise_plugin_host(opening.plugin)) != MORTISE_OK);
  ask_last_message(&opening, opening.table.instance, text, capacity);
  opening_end(&opening);
  CHECK(opening.failure_count == 0);
}

static void cut_message(const Library* library) {
  char whole[MORTISE_MIN_MESSAGE + 1], part[MORTISE_MIN_MESSAGE + 1];
  case_begin("the message of a slot is cut to what fits, never inside a character");
  setenv("MORTISE_FAULTY", "init", 1);
  ask_with(library, MORTISE_MIN_MESSAGE, whole);
  const size_t length = strlen(whole);
  for (size_t capacity = 0; capacity <= length + 1; capacity++) {
    ask_with(library, capacity, part);
    CHECK(strlen(part) <= capacity && begins_with(whole, part));
    CHECK(strlen(part) + 5 > capacity || strlen(part) == length);
  }
  unsetenv("MORTISE_FAULTY");
  case_end();
}

static void fail_every_slot(const Library* library) {
  for (size_t index = 0; index < sizeof slots / sizeof *slots; index++) {
    Opening opening;
    setenv("MORTISE_FAULTY", slots[index].name, 1);
    live(&opening, library);
  }
}

static void hold_no_memory(const Library* library) {
  case_begin("a plugin of which every slot failed many times holds no more memory than before");
  for (int warm = 0; warm < 3; warm++) fail_every_slot(library);
  const size_t before = allocated_bytes();
  for (int round = 0; round < 5; round++) fail_every_slot(library);
  const size_t after = allocated_bytes();
  unsetenv("MORTISE_FAULTY");
  CHECK(after <= before);
  case_end();
}

void drive_slots(const Library* library) {
  const bool has_wordless = library->record.language == MORTISE_LANGUAGE_CPP || library->record.language == MORTISE_LANGUAGE_RUST;
  for (size_t index = 0; index < sizeof slots / sizeof *slots; index++) {
    fail_slot(library, &slots[index], false);
    if (has_wordless) fail_slot(library, &slots[index], true);
  }
  cut_message(library);
  if (allocated_bytes() > 0) hold_no_memory(library);
}
