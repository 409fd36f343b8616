/* Entry batches from outside: bounds, and what was taken comes back unchanged. */
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

/* Sets every key again, so that all of them become changes. */
static FfiResult touch_all(void* state, const MortiseContext* context, MortiseError* error) {
  (void)state, (void)error;
  size_t cursor = 0;
  const char* key;
  MortiseValue value;
  while (context->next(context, &cursor, &key, &value) == MORTISE_OK) {
    if (strlen(key) == 0 || strlen(key) > MORTISE_MAX_KEY) abort();
    if (context->set(context, key, &value) != MORTISE_OK) abort();
  }
  return MORTISE_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Fixture fixture;
  static uintptr_t stage;
  if (fixture.session == NULL) {
    fixture_open(&fixture);
    stage = fixture_stage(&fixture, touch_all, NULL, NULL);
  }
  mortise_store_reset(fixture.store);
  if (mortise_plugin_config(fixture.plugin, data, size) == MORTISE_OK) {
    MortiseValue value;
    fixture.host->config(fixture.host, "", &value);
    /* Configurations stay until the plugin is closed: thousands of them are not the test. */
    int32_t status;
    mortise_plugin_close(fixture.plugin);
    fixture.plugin = mortise_plugin_open(fixture.session, 1, 0x5550000, "a", "1.0.0", "/", MORTISE_LOG_INFO, &status);
    mortise_plugin_state(fixture.plugin, MORTISE_PLUGIN_RUNNING);
    stage = fixture_stage(&fixture, touch_all, NULL, NULL);
  }
  const int32_t written = mortise_store_write(fixture.store, data, size);
  if (mortise_store_changes(fixture.store, NULL, 0) != 0) abort();
  if (mortise_run(fixture.store, &stage, 1, MORTISE_LIVE, NULL) != MORTISE_OK) abort();
  const size_t needed = mortise_store_changes(fixture.store, NULL, 0);
  if (written != MORTISE_OK) return needed == 0 ? 0 : (abort(), 0); /* all or nothing */

  uint8_t* buffer = malloc(needed + 1);
  if (mortise_store_changes(fixture.store, buffer, needed) != needed || needed % 8 != 0) abort();
  EntryWalk walk = {buffer, buffer + needed, {0}, NULL, NULL};
  int by_reference = 0;
  while (entry_walk(&walk)) by_reference |= walk.entry.flags == MORTISE_ENTRY_REFERENCE;
  /* What was written is a sequence that is taken as well, and gives the same again. */
  mortise_store_reset(fixture.store);
  const int32_t again = mortise_store_write(fixture.store, buffer, needed);
  if ((again == MORTISE_OK) == (by_reference != 0)) abort();
  if (!by_reference) {
    uint8_t* second = malloc(needed + 1);
    if (mortise_run(fixture.store, &stage, 1, MORTISE_LIVE, NULL) != MORTISE_OK) abort();
    if (mortise_store_changes(fixture.store, second, needed) != needed || memcmp(buffer, second, needed) != 0) abort();
    free(second);
  }
  free(buffer);
  return 0;
}
