#include "fixture.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(_WIN32)
#include <windows.h>
#else
#include <time.h>
#include <unistd.h>
#endif

void sleep_ms(unsigned milliseconds) {
#if defined(_WIN32)
  Sleep(milliseconds);
#else
  struct timespec span = {milliseconds / 1000, (long)(milliseconds % 1000) * 1000000};
  nanosleep(&span, NULL);
#endif
}

void fixture_open(Fixture* fixture) {
  static atomic_uint serial;
  memset(fixture, 0, sizeof *fixture);
  int32_t status = -1;
  char name[128];
  fixture->session = mortise_session_open();
  if (fixture->session == NULL) abort();
  mortise_session_doorbell(fixture->session, &fixture->doorbell, name, sizeof name);
  const uintptr_t base = 0x10000u * (atomic_fetch_add(&serial, 1u) % 200 + 1);
  fixture->plugin = mortise_plugin_open(fixture->session, 1, base, "test", "1.0.0", "/nowhere", MORTISE_LOG_INFO, &status);
  if (fixture->plugin == NULL) abort();
  mortise_plugin_state(fixture->plugin, MORTISE_PLUGIN_RUNNING);
  fixture->host = mortise_plugin_host(fixture->plugin);
  fixture->store = mortise_store_open(fixture->session);
  if (fixture->store == NULL) abort();
}

void fixture_close(Fixture* fixture) {
  mortise_session_close(fixture->session);
#if !defined(_WIN32)
  if (fixture->doorbell >= 0) close(fixture->doorbell);
#endif
}

uintptr_t fixture_stage(Fixture* fixture, StageFunction execute, StageFunction dry_run, void* state) {
  char id[32];
  uint8_t record[512];
  snprintf(id, sizeof id, "test:%u", fixture->stage_count);
  const MortiseStage stage = {(uint32_t)sizeof stage, 0, id, NULL, NULL, state, execute, dry_run, NULL};
  const MortiseRegistry* registry = mortise_registry_open(fixture->plugin);
  if (registry->register_stage(registry, &stage, NULL) != MORTISE_OK) abort();
  const uint32_t count = mortise_registry_close(fixture->plugin);
  if (mortise_registry_stage(fixture->plugin, count - 1, record, sizeof record) > sizeof record) abort();
  MortiseStageRecord head;
  memcpy(&head, record, sizeof head);
  if (fixture->stage_count < FIXTURE_STAGES) fixture->stages[fixture->stage_count] = (uintptr_t)head.handle;
  fixture->stage_count++;
  return (uintptr_t)head.handle;
}

int32_t fixture_run(Fixture* fixture, StageFunction execute, void* state) {
  const uintptr_t stage = fixture_stage(fixture, execute, NULL, state);
  MortiseStageResult result;
  return mortise_run(fixture->store, &stage, 1, MORTISE_LIVE, &result);
}

int32_t fixture_take(Fixture* fixture, uint64_t ticket, MortiseStageResult* results, uint32_t count, int32_t* code) {
  int32_t status = MORTISE_BUSY;
  for (int i = 0; i < 10000 && status == MORTISE_BUSY; i++) {
    status = mortise_take(fixture->session, ticket, results, count, code);
    if (status == MORTISE_BUSY) sleep_ms(1);
  }
  return status;
}

int32_t fixture_job(Fixture* fixture, const uintptr_t* stages, uint32_t count, MortiseStageResult* results) {
  int32_t code = -1;
  const uint64_t ticket = mortise_submit(fixture->session, fixture->store, stages, count, MORTISE_LIVE);
  if (ticket == 0 || fixture_take(fixture, ticket, results, count, &code) != MORTISE_OK) abort();
  return code;
}

static size_t padded(size_t length) {
  return (length + 7) & ~(size_t)7;
}

static void add(Entries* entries, const void* data, size_t length) {
  if (padded(length) > sizeof entries->bytes - entries->length) abort();
  memset(entries->bytes + entries->length, 0, padded(length));
  if (length > 0) memcpy(entries->bytes + entries->length, data, length);
  entries->length += padded(length);
}

void entries_add(Entries* entries, const char* key, MortiseValue value) {
  const int has_data = value.tag >= MORTISE_STRING;
  const MortiseEntry entry = {value.tag, has_data ? MORTISE_ENTRY_INLINE : 0, (uint32_t)strlen(key), 0, has_data ? 0 : value.as.bits, value.length};
  add(entries, &entry, sizeof entry);
  add(entries, key, strlen(key));
  if (has_data) add(entries, value.as.data, (size_t)value.length);
}

void entries_add_removed(Entries* entries, const char* key) {
  const MortiseEntry entry = {MORTISE_NULL, MORTISE_ENTRY_REMOVED, (uint32_t)strlen(key), 0, 0, 0};
  add(entries, &entry, sizeof entry);
  add(entries, key, strlen(key));
}

int entry_walk(EntryWalk* walk) {
  if (walk->at == walk->end) return 0;
  memcpy(&walk->entry, walk->at, sizeof walk->entry);
  walk->at += sizeof walk->entry;
  walk->key = (const char*)walk->at;
  walk->at += padded(walk->entry.key_length);
  walk->data = NULL;
  if ((walk->entry.flags & MORTISE_ENTRY_REFERENCE) != 0) walk->data = (const void*)(uintptr_t)walk->entry.payload;
  if ((walk->entry.flags & MORTISE_ENTRY_INLINE) != 0) {
    walk->data = walk->at;
    walk->at += padded((size_t)walk->entry.length);
  }
  if (walk->at > walk->end) abort();
  return 1;
}

int entry_is(const EntryWalk* walk, const char* key) {
  return walk->entry.key_length == strlen(key) && memcmp(walk->key, key, strlen(key)) == 0;
}
