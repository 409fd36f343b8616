#include "opening.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../host/utf8.h"
#include "../../host/wire.h"
#include "check.h"

bool is_result(FfiResult code) {
#define IS_RESULT(name, value, text) \
  if (code == (name)) return true;
  MORTISE_RESULTS(IS_RESULT)
#undef IS_RESULT
  return false;
}

void ask_last_message(const Opening* opening, const void* instance, char* text, size_t capacity) {
  text[0] = 0;
  if (opening->errors == NULL) return;
  MortiseText message = {capacity > 0 ? malloc(capacity) : NULL, capacity, 0};
  if (capacity > 0) memset(message.data, '#', capacity);
  opening->errors->last_message(instance, &message);
  CHECK(message.length <= capacity);
  if (message.length > 0 && message.length <= capacity) {
    CHECK(utf8_valid(message.data, message.length));
    memcpy(text, message.data, message.length);
    text[message.length] = 0;
  }
  free(message.data);
}

void opening_fail(Opening* opening, const char* slot, FfiResult code, const char* text) {
  CHECK(opening->failure_count < OPENING_FAILURES);
  if (opening->failure_count == OPENING_FAILURES) return;
  Failure* failure = &opening->failures[opening->failure_count++];
  failure->slot = slot;
  failure->code = code;
  snprintf(failure->text, sizeof failure->text, "%s", text);
}

bool opening_note(Opening* opening, const char* slot, const void* instance, FfiResult code) {
  char text[MORTISE_MIN_MESSAGE + 1], again[MORTISE_MIN_MESSAGE + 1];
  ask_last_message(opening, instance, text, MORTISE_MIN_MESSAGE);
  ask_last_message(opening, instance, again, MORTISE_MIN_MESSAGE);
  CHECK_TEXT("", again); /* forgotten once it was asked for */
  CHECK(is_result(code));
  if (code == MORTISE_OK && text[0] == 0) return true;
  opening_fail(opening, slot, code == MORTISE_OK ? MORTISE_ERR : code, text);
  return false;
}

static void session_begin(Opening* opening) {
  char name[128];
  int32_t status = -1;
  opening->session = mortise_session_open();
  if (opening->session == NULL) abort();
  mortise_session_doorbell(opening->session, &opening->doorbell, name, sizeof name);
  opening->plugin =
      mortise_plugin_open(opening->session, 1, (uintptr_t)opening->library->base, "kits", "1.0.0", "/nowhere", MORTISE_LOG_INFO, &status);
  if (opening->plugin == NULL) abort();
}

static const void* table_of(const Library* library, const char* id, size_t least) {
  if (library->extension == NULL) return NULL;
  const uint32_t* table = library->extension(id);
  CHECK(table == library->extension(id));
  if (table == NULL) return NULL;
  CHECK((uintptr_t)table % sizeof(void*) == 0 && *table >= least);
  return *table >= least ? table : NULL;
}

bool opening_begin(Opening* opening, const Library* library) {
  memset(opening, 0, sizeof *opening);
  opening->library = library;
  opening->doorbell = -1;
  session_begin(opening);
  const PluginVTable* table = library->entry();
  opening->errors = table_of(library, MORTISE_EXT_ERROR, MORTISE_END_OF(MortiseErrorExtension, last_message));
  if (table == NULL) {
    (void)opening_note(opening, "_plugin_init", NULL, MORTISE_ERR);
    return false;
  }
  opening->table = *table;
  uintptr_t words[sizeof(PluginVTable) / MORTISE_WORD];
  memcpy(words, &opening->table, sizeof words);
  for (size_t slot = 1; slot < sizeof words / sizeof *words; slot++) {
    CHECK(words[slot] != 0);
    if (words[slot] == 0) return false;
  }
  opening->is_open = true;
  opening->functions = table_of(library, MORTISE_EXT_FUNCTIONS, MORTISE_END_OF(MortiseFunctionsExtension, free_result));
  if (library->extension != NULL) {
    CHECK(library->extension("com.example.nothing/1") == NULL);
    CHECK(library->extension("") == NULL);
  }
  return true;
}

/* What the host library kept of stage index. */
static void read_stage(Opening* opening, uint32_t index) {
  const size_t needed = mortise_registry_stage(opening->plugin, index, NULL, 0);
  uint8_t* bytes = malloc(needed);
  MortiseStageRecord record;
  OpeningStage* stage = &opening->stages[index];
  mortise_registry_stage(opening->plugin, index, bytes, needed);
  memcpy(&record, bytes, sizeof record);
  memcpy(stage->id, bytes + sizeof record, record.id_length);
  stage->id[record.id_length] = 0;
  free(bytes);
  stage->handle = (uintptr_t)record.handle;
  stage->flags = record.flags;
  stage->state = (void*)(uintptr_t)record.state;
  const uintptr_t destroy = (uintptr_t)record.destroy;
  memcpy(&stage->destroy, &destroy, sizeof destroy);
}

bool opening_register(Opening* opening) {
  const MortiseRegistry* registry = mortise_registry_open(opening->plugin);
  const FfiResult code = opening->table.register_stages(opening->table.instance, (void*)(uintptr_t)registry);
  opening->stage_count = mortise_registry_close(opening->plugin);
  CHECK(opening->stage_count <= OPENING_STAGES);
  if (opening->stage_count > OPENING_STAGES) abort();
  for (uint32_t index = 0; index < opening->stage_count; index++) read_stage(opening, index);
  return opening_note(opening, "register_stages", opening->table.instance, code);
}

bool opening_init(Opening* opening) {
  mortise_plugin_state(opening->plugin, MORTISE_PLUGIN_REGISTERED);
  const FfiResult code = opening->table.init(opening->table.instance, (void*)(uintptr_t)mortise_plugin_host(opening->plugin));
  if (!opening_note(opening, "init", opening->table.instance, code)) return false;
  opening->is_initialised = true;
  return true;
}

bool opening_preflight(Opening* opening) {
  mortise_plugin_state(opening->plugin, MORTISE_PLUGIN_INITIALISED);
  MortiseStore* store = mortise_store_open(opening->session);
  if (store == NULL) abort();
  const MortiseContext* context = mortise_store_preflight(store, opening->plugin);
  const FfiResult code = opening->table.preflight_check(opening->table.instance, context);
  mortise_store_close(store);
  if (!opening_note(opening, "preflight_check", opening->table.instance, code)) return false;
  mortise_plugin_state(opening->plugin, MORTISE_PLUGIN_RUNNING);
  return true;
}

bool opening_start(Opening* opening, const Library* library) {
  return opening_begin(opening, library) && opening_read_metadata(opening) && opening_register(opening) && opening_init(opening) &&
         opening_preflight(opening);
}

void opening_end(Opening* opening) {
  if (opening->is_initialised) {
    mortise_plugin_state(opening->plugin, MORTISE_PLUGIN_STOPPING);
    (void)opening_note(opening, "shutdown", opening->table.instance, opening->table.shutdown(opening->table.instance));
  }
  mortise_plugin_state(opening->plugin, MORTISE_PLUGIN_STOPPED);
  if (opening->is_open) {
    for (uint32_t index = opening->stage_count; index-- > 0;) {
      if (opening->stages[index].destroy != NULL) opening->stages[index].destroy(opening->stages[index].state);
    }
    opening->table.destroy(opening->table.instance);
    (void)opening_note(opening, "destroy", NULL, MORTISE_OK);
  }
  mortise_plugin_close(opening->plugin);
  mortise_session_close(opening->session);
  if (opening->doorbell >= 0) close(opening->doorbell);
  opening->is_open = opening->is_initialised = false;
}

const OpeningStage* opening_stage(const Opening* opening, const char* name) {
  for (uint32_t index = 0; index < opening->stage_count; index++) {
    const char* colon = strchr(opening->stages[index].id, ':');
    if (colon != NULL && strcmp(colon + 1, name) == 0) return &opening->stages[index];
  }
  return NULL;
}
