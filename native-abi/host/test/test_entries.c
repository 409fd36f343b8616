/* What JavaScript writes into a store and reads back from it: wire.h. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fixture.h"

static Fixture fixture;
static uint8_t buffer[65536];

#define STAGE(name) static FfiResult name(void* state, const MortiseContext* context, MortiseError* error)
#define UNUSED (void)state, (void)context, (void)error

static void set(const MortiseContext* context, const char* key, int64_t number) {
  const MortiseValue value = mortise_int64(number);
  CHECK(context->set(context, key, &value) == MORTISE_OK);
}

STAGE(reads_back) {
  UNUSED;
  MortiseValue value;
  CHECK(context->get(context, "n", &value) == MORTISE_OK && value.tag == MORTISE_NULL);
  CHECK(context->get(context, "b", &value) == MORTISE_OK && value.as.boolean == 1);
  CHECK(context->get(context, "i", &value) == MORTISE_OK && value.as.int64 == -5);
  CHECK(context->get(context, "d", &value) == MORTISE_OK && value.as.number == 0.25);
  CHECK(context->get(context, "s", &value) == MORTISE_OK && strcmp(value.as.data, "text") == 0);
  CHECK(context->get(context, "empty", &value) == MORTISE_OK && value.length == 0);
  CHECK(context->get(context, "gone", &value) == MORTISE_NOT_FOUND);
  CHECK(context->get(context, "put", &value) == MORTISE_OK && value.tag == MORTISE_JSON && strcmp(value.as.data, "[1]") == 0);
  return MORTISE_OK;
}

static void writes_are_no_changes(void) {
  Entries entries = {0};
  mortise_store_reset(fixture.store);
  entries_add(&entries, "gone", mortise_int64(1));
  entries_add(&entries, "n", mortise_null());
  entries_add(&entries, "b", mortise_bool(1));
  entries_add(&entries, "i", mortise_int64(-5));
  entries_add(&entries, "d", mortise_double(0.25));
  entries_add(&entries, "s", mortise_string("text", 4));
  entries_add(&entries, "empty", mortise_bytes("", 0));
  entries_add_removed(&entries, "gone");
  entries_add_removed(&entries, "never");
  CHECK(mortise_store_write(fixture.store, entries.bytes, entries.length) == MORTISE_OK);
  CHECK(mortise_store_put(fixture.store, "put", 3, MORTISE_JSON, "[1]", 3) == MORTISE_OK);
  CHECK(fixture_run(&fixture, reads_back, NULL) == MORTISE_OK);
  CHECK(mortise_store_changes(fixture.store, buffer, sizeof buffer) == 0);
}

static void put_refuses(void) {
  CHECK(mortise_store_put(fixture.store, "", 0, MORTISE_BYTES, "x", 1) == MORTISE_INVALID_DATA);
  CHECK(mortise_store_put(fixture.store, "a\0b", 3, MORTISE_BYTES, "x", 1) == MORTISE_INVALID_DATA);
  CHECK(mortise_store_put(fixture.store, "\xFF", 1, MORTISE_BYTES, "x", 1) == MORTISE_UTF8_ERROR);
  CHECK(mortise_store_put(fixture.store, "k", 1, MORTISE_INT64, "x", 1) == MORTISE_INVALID_DATA);
  CHECK(mortise_store_put(fixture.store, "k", 1, MORTISE_STRING, "\xFF", 1) == MORTISE_UTF8_ERROR);
  CHECK(mortise_store_put(fixture.store, "k", 1, MORTISE_BYTES, NULL, 1) == MORTISE_NULL_POINTER);
  CHECK(mortise_store_put(fixture.store, "k", 1, MORTISE_BYTES, NULL, 0) == MORTISE_OK);
}

static FfiResult write_one(MortiseEntry entry, const char* key, size_t bytes) {
  uint8_t batch[128] = {0};
  memcpy(batch + 1, &entry, sizeof entry); /* an unaligned buffer is allowed */
  memcpy(batch + 1 + sizeof entry, key, strlen(key));
  return mortise_store_write(fixture.store, batch + 1, bytes);
}

static void malformed_sequences(void) {
  const MortiseEntry good = {MORTISE_INT64, 0, 1, 0, 7, 0};
  MortiseEntry bad = good;
  CHECK(write_one(good, "k", 40) == MORTISE_OK);
  for (size_t cut = 1; cut < 40; cut++) CHECK(write_one(good, "k", cut) == MORTISE_INVALID_DATA);
  CHECK(write_one(good, "k", 41) == MORTISE_INVALID_DATA);
  bad.key_length = 0;
  CHECK(write_one(bad, "k", 32) == MORTISE_INVALID_DATA);
  bad.key_length = 256;
  CHECK(write_one(bad, "k", 40) == MORTISE_INVALID_DATA);
  bad.key_length = UINT32_MAX;
  CHECK(write_one(bad, "k", 40) == MORTISE_INVALID_DATA);
  bad = good;
  bad.tag = 9;
  CHECK(write_one(bad, "k", 40) == MORTISE_INVALID_DATA);
  bad = good;
  bad.length = 1;
  CHECK(write_one(bad, "k", 40) == MORTISE_INVALID_DATA);
  bad = good;
  bad.flags = MORTISE_ENTRY_INLINE;
  CHECK(write_one(bad, "k", 40) == MORTISE_INVALID_DATA);
  bad = good;
  bad.tag = MORTISE_BOOL;
  CHECK(write_one(bad, "k", 40) == MORTISE_INVALID_DATA);
  bad.tag = MORTISE_BYTES;
  CHECK(write_one(bad, "k", 40) == MORTISE_INVALID_DATA); /* neither inline nor by reference */
  bad.flags = MORTISE_ENTRY_REFERENCE;
  bad.payload = 0xDEAD;
  bad.length = 4;
  CHECK(write_one(bad, "k", 40) == MORTISE_INVALID_DATA); /* addresses are not taken */
  bad.flags = MORTISE_ENTRY_INLINE;
  CHECK(write_one(bad, "k", 40) == MORTISE_INVALID_DATA);
  bad.length = UINT64_MAX;
  CHECK(write_one(bad, "k", 48) == MORTISE_INVALID_DATA);
  bad.length = UINT64_MAX - 6;
  CHECK(write_one(bad, "k", 48) == MORTISE_INVALID_DATA);
  bad.length = 4;
  CHECK(write_one(bad, "k", 48) == MORTISE_OK);
  CHECK(write_one(good, "\xFF", 40) == MORTISE_UTF8_ERROR);
}

STAGE(sees_seven_only) {
  UNUSED;
  MortiseValue value;
  CHECK(context->get(context, "k", &value) == MORTISE_OK && value.as.int64 == 7);
  CHECK(context->get(context, "other", &value) == MORTISE_NOT_FOUND);
  return MORTISE_OK;
}

static void all_or_nothing(void) {
  Entries entries = {0};
  mortise_store_reset(fixture.store);
  entries_add(&entries, "k", mortise_int64(7));
  CHECK(mortise_store_write(fixture.store, entries.bytes, entries.length) == MORTISE_OK);
  entries.length = 0;
  entries_add(&entries, "k", mortise_int64(8));
  entries_add(&entries, "other", mortise_int64(9));
  entries_add(&entries, "bad", mortise_string("\xFF", 1));
  CHECK(mortise_store_write(fixture.store, entries.bytes, entries.length) == MORTISE_UTF8_ERROR);
  CHECK(fixture_run(&fixture, sees_seven_only, NULL) == MORTISE_OK);
}

static char long_bytes[MORTISE_BY_REFERENCE + 1];

STAGE(changes_much) {
  UNUSED;
  set(context, "old", 2);
  set(context, "new", 3);
  set(context, "old", 4);
  CHECK(context->remove(context, "lost") == MORTISE_OK);
  MortiseValue value = mortise_bytes(long_bytes, sizeof long_bytes - 1);
  CHECK(context->set(context, "inline", &value) == MORTISE_OK);
  value.length++;
  return context->set(context, "by reference", &value);
}

STAGE(changes_more) {
  UNUSED;
  set(context, "new", 5);
  set(context, "last", 6);
  return MORTISE_OK;
}

STAGE(fails) {
  UNUSED;
  set(context, "old", 99);
  set(context, "failed", 99);
  return MORTISE_ERR;
}

static void lists_changes_once(void) {
  Entries entries = {0};
  mortise_store_reset(fixture.store);
  memset(long_bytes, 'z', sizeof long_bytes);
  entries_add(&entries, "old", mortise_int64(1));
  entries_add(&entries, "lost", mortise_int64(1));
  CHECK(mortise_store_write(fixture.store, entries.bytes, entries.length) == MORTISE_OK);
  const uintptr_t stages[] = {fixture_stage(&fixture, changes_much, NULL, NULL), fixture_stage(&fixture, changes_more, NULL, NULL),
                              fixture_stage(&fixture, fails, NULL, NULL)};
  CHECK(mortise_run(fixture.store, stages, 3, MORTISE_LIVE, NULL) == MORTISE_ERR);

  const size_t needed = mortise_store_changes(fixture.store, NULL, 0);
  memset(buffer, 0xAA, sizeof buffer);
  CHECK(mortise_store_changes(fixture.store, buffer, needed - 1) == needed);
  CHECK(buffer[0] == 0xAA);
  CHECK(mortise_store_changes(fixture.store, buffer, sizeof buffer) == needed && needed % 8 == 0);
  EntryWalk walk = {buffer, buffer + needed, {0}, NULL, NULL};
  CHECK(entry_walk(&walk) && entry_is(&walk, "old") && walk.entry.payload == 4 && walk.entry.writer == 0);
  CHECK(entry_walk(&walk) && entry_is(&walk, "new") && walk.entry.payload == 5 && walk.entry.writer == 1);
  CHECK(entry_walk(&walk) && entry_is(&walk, "lost") && walk.entry.flags == MORTISE_ENTRY_REMOVED);
  CHECK(entry_walk(&walk) && entry_is(&walk, "inline") && walk.entry.flags == MORTISE_ENTRY_INLINE);
  CHECK(walk.entry.length == MORTISE_BY_REFERENCE && memcmp(walk.data, long_bytes, MORTISE_BY_REFERENCE) == 0);
  CHECK(entry_walk(&walk) && entry_is(&walk, "by reference") && walk.entry.flags == MORTISE_ENTRY_REFERENCE);
  CHECK(memcmp(walk.data, long_bytes, sizeof long_bytes) == 0);
  CHECK(entry_walk(&walk) && entry_is(&walk, "last"));
  CHECK(!entry_walk(&walk));
  CHECK(mortise_store_changes(fixture.store, buffer, sizeof buffer) == 0);
}

STAGE(sets_twice) {
  UNUSED;
  set(context, "mine", 1);
  set(context, "yours", 1);
  return MORTISE_OK;
}

static void a_written_key_is_no_change_any_more(void) {
  Entries entries = {0};
  mortise_store_reset(fixture.store);
  const uintptr_t stage = fixture_stage(&fixture, sets_twice, NULL, NULL);
  CHECK(mortise_run(fixture.store, &stage, 1, MORTISE_LIVE, NULL) == MORTISE_OK);
  entries_add(&entries, "yours", mortise_int64(2));
  CHECK(mortise_store_write(fixture.store, entries.bytes, entries.length) == MORTISE_OK);
  size_t length = mortise_store_changes(fixture.store, buffer, sizeof buffer);
  EntryWalk walk = {buffer, buffer + length, {0}, NULL, NULL};
  CHECK(entry_walk(&walk) && entry_is(&walk, "mine") && !entry_walk(&walk));
  /* And it is one again when a stage sets it again, once only. */
  CHECK(mortise_run(fixture.store, &stage, 1, MORTISE_LIVE, NULL) == MORTISE_OK);
  CHECK(mortise_store_write(fixture.store, entries.bytes, entries.length) == MORTISE_OK);
  CHECK(mortise_run(fixture.store, &stage, 1, MORTISE_LIVE, NULL) == MORTISE_OK);
  length = mortise_store_changes(fixture.store, buffer, sizeof buffer);
  walk = (EntryWalk){buffer, buffer + length, {0}, NULL, NULL};
  CHECK(entry_walk(&walk) && entry_is(&walk, "mine"));
  CHECK(entry_walk(&walk) && entry_is(&walk, "yours"));
  CHECK(!entry_walk(&walk));
}

static char megabytes[3 << 20];
static char twelve[12];

STAGE(sets_megabytes) {
  UNUSED;
  const MortiseValue value = mortise_bytes(megabytes, sizeof megabytes);
  return context->set(context, "large", &value);
}

static void large_values_come_and_go(void) {
  mortise_store_reset(fixture.store);
  const uintptr_t stage = fixture_stage(&fixture, sets_megabytes, NULL, NULL);
  for (int i = 0; i < 20; i++) {
    megabytes[0] = megabytes[sizeof megabytes - 1] = (char)i;
    CHECK(mortise_store_put(fixture.store, "input", 5, MORTISE_BYTES, megabytes, 1 << 20) == MORTISE_OK);
    CHECK(mortise_run(fixture.store, &stage, 1, MORTISE_LIVE, NULL) == MORTISE_OK);
    const size_t length = mortise_store_changes(fixture.store, buffer, sizeof buffer);
    EntryWalk walk = {buffer, buffer + length, {0}, NULL, NULL};
    CHECK(entry_walk(&walk) && entry_is(&walk, "large") && memcmp(walk.data, megabytes, sizeof megabytes) == 0);
    if (i % 5 == 4) mortise_store_reset(fixture.store);
  }
  MortiseStore* stores[70];
  for (int i = 0; i < 70; i++) {
    stores[i] = mortise_store_open(fixture.session);
    CHECK(mortise_store_put(stores[i], "k", 1, MORTISE_BYTES, megabytes, 1 << 20) == MORTISE_OK);
    CHECK(mortise_store_put(stores[i], "small", 5, MORTISE_BYTES, twelve, sizeof twelve) == MORTISE_OK);
  }
  for (int i = 0; i < 70; i++) mortise_store_close(stores[i]);
  MortiseStore* fresh = mortise_store_open(fixture.session);
  CHECK(mortise_store_changes(fresh, buffer, sizeof buffer) == 0);
  mortise_store_close(fresh);
}

int main(void) {
  fixture_open(&fixture);
  RUN("takes values and removals, which are no changes", writes_are_no_changes);
  RUN("put refuses bad keys, tags and data", put_refuses);
  RUN("refuses malformed sequences, and addresses", malformed_sequences);
  RUN("applies a sequence as a whole or not at all", all_or_nothing);
  RUN("lists each change of successful stages once, long data by reference", lists_changes_once);
  RUN("does not list what JavaScript has written since", a_written_key_is_no_change_any_more);
  RUN("takes back large values, and empties stores that return to the pool", large_values_come_and_go);
  fixture_close(&fixture);
  return CHECK_RESULT();
}
