/* The store through MortiseContext, as stages see it. */
#include <string.h>

#include "check.h"
#include "fixture.h"

static Fixture fixture;

#define STAGE(name) static FfiResult name(void* state, const MortiseContext* context, MortiseError* error)
#define UNUSED (void)state, (void)context, (void)error

/* Runs body as a stage on a fresh store. */
static int32_t with_context(StageFunction body) {
  mortise_store_reset(fixture.store);
  return fixture_run(&fixture, body, NULL);
}

STAGE(all_types) {
  UNUSED;
  MortiseValue value;
  const MortiseValue values[] = {mortise_null(), mortise_bool(1), mortise_int64(INT64_MIN), mortise_double(-0.5), mortise_string("a\0b", 3),
                                 mortise_bytes("\xFF\xFE", 2), mortise_json("{\"a\":1}", 7), mortise_string(NULL, 0), mortise_bytes("", 0)};
  char key[3] = "k0";
  for (size_t i = 0; i < sizeof values / sizeof *values; i++, key[1]++) {
    CHECK(context->set(context, key, &values[i]) == MORTISE_OK);
    memset(&value, 0xEE, sizeof value);
    CHECK(context->get(context, key, &value) == MORTISE_OK);
    CHECK(value.tag == values[i].tag && value.flags == 0 && value.length == values[i].length);
    if (value.tag < MORTISE_STRING) {
      CHECK(value.as.bits == values[i].as.bits);
    } else {
      CHECK(value.as.data != values[i].as.data);
      CHECK(values[i].length == 0 || memcmp(value.as.data, values[i].as.data, (size_t)value.length) == 0);
      CHECK(((const char*)value.as.data)[value.length] == 0);
    }
  }
  return MORTISE_OK;
}

static void keeps_every_type(void) {
  CHECK(with_context(all_types) == MORTISE_OK);
}

STAGE(refusals) {
  UNUSED;
  MortiseValue value = mortise_int64(1);
  MortiseValue got;
  CHECK(context->set(NULL, "k", &value) == MORTISE_NULL_POINTER);
  CHECK(context->set(context, NULL, &value) == MORTISE_NULL_POINTER);
  CHECK(context->set(context, "k", NULL) == MORTISE_NULL_POINTER);
  CHECK(context->get(NULL, "k", &got) == MORTISE_NULL_POINTER);
  CHECK(context->get(context, NULL, &got) == MORTISE_NULL_POINTER);
  CHECK(context->get(context, "k", NULL) == MORTISE_NULL_POINTER);
  CHECK(context->remove(NULL, "k") == MORTISE_NULL_POINTER);
  CHECK(context->remove(context, NULL) == MORTISE_NULL_POINTER);
  CHECK(context->next(context, NULL, NULL, NULL) == MORTISE_NULL_POINTER);

  value.flags = 1;
  CHECK(context->set(context, "k", &value) == MORTISE_INVALID_DATA);
  value = mortise_int64(1);
  value.tag = 7;
  CHECK(context->set(context, "k", &value) == MORTISE_INVALID_DATA);
  value = mortise_bool(1);
  value.as.boolean = 2;
  CHECK(context->set(context, "k", &value) == MORTISE_INVALID_DATA);
  value = mortise_int64(1);
  value.length = 1;
  CHECK(context->set(context, "k", &value) == MORTISE_INVALID_DATA);
  value = mortise_string(NULL, 1);
  CHECK(context->set(context, "k", &value) == MORTISE_NULL_POINTER);
  value = mortise_string("\xED\xA0\x80", 3);
  CHECK(context->set(context, "k", &value) == MORTISE_UTF8_ERROR);
  value.tag = MORTISE_JSON;
  CHECK(context->set(context, "k", &value) == MORTISE_UTF8_ERROR);
  value = mortise_bytes("x", (size_t)MORTISE_MAX_VALUE + 1);
  CHECK(context->set(context, "k", &value) == MORTISE_TOO_LARGE);

  char key[300];
  value = mortise_int64(1);
  memset(key, 'k', sizeof key);
  key[256] = 0;
  CHECK(context->set(context, key, &value) == MORTISE_INVALID_DATA);
  CHECK(context->get(context, key, &got) == MORTISE_NOT_FOUND);
  key[255] = 0;
  CHECK(context->set(context, key, &value) == MORTISE_OK);
  CHECK(context->get(context, key, &got) == MORTISE_OK);
  CHECK(context->set(context, "", &value) == MORTISE_INVALID_DATA);
  CHECK(context->set(context, "\xC0\x80", &value) == MORTISE_UTF8_ERROR);
  CHECK(context->get(context, "missing", &got) == MORTISE_NOT_FOUND);
  CHECK(context->remove(context, "missing") == MORTISE_NOT_FOUND);
  CHECK(context->describe(context, "text", 4) == MORTISE_WRONG_STATE);
  return MORTISE_OK;
}

static void refuses_what_the_contract_forbids(void) {
  CHECK(with_context(refusals) == MORTISE_OK);
}

STAGE(walk) {
  UNUSED;
  MortiseValue value = mortise_int64(0);
  const char* key = NULL;
  size_t cursor = 0;
  const char* const expected[] = {"a", "c", "d", "e"};
  CHECK(context->next(context, &cursor, &key, &value) == MORTISE_NOT_FOUND);
  for (const char* name = "a\0b\0c\0d"; *name != 0; name += 2) {
    value.as.int64 = *name;
    CHECK(context->set(context, name, &value) == MORTISE_OK);
    if (*name == 'd') break;
  }
  for (int i = 0; i < 4; i++) {
    CHECK(context->next(context, &cursor, &key, &value) == MORTISE_OK);
    CHECK(strcmp(key, expected[i]) == 0 && value.as.int64 == *expected[i]);
    if (i == 0) CHECK(context->remove(context, "b") == MORTISE_OK); /* removed during the walk: not met */
    value = mortise_int64('e');
    if (i == 2) CHECK(context->set(context, "e", &value) == MORTISE_OK); /* set during the walk: met */
  }
  CHECK(context->next(context, &cursor, &key, &value) == MORTISE_NOT_FOUND);
  cursor = SIZE_MAX;
  CHECK(context->next(context, &cursor, &key, &value) == MORTISE_NOT_FOUND);
  return MORTISE_OK;
}

static void walks_in_order(void) {
  CHECK(with_context(walk) == MORTISE_OK);
}

static char large[20000];

STAGE(keeps_old_data) {
  UNUSED;
  MortiseValue got[3], value;
  const size_t sizes[] = {10, 5000, sizeof large};
  for (int round = 0; round < 3; round++) {
    memset(large, 'a' + round, sizes[round]);
    value = mortise_bytes(large, sizes[round]);
    CHECK(context->set(context, "k", &value) == MORTISE_OK);
    CHECK(context->get(context, "k", &got[round]) == MORTISE_OK);
  }
  for (int i = 0; i < 50; i++) context->set(context, "k", &value);
  context->remove(context, "k");
  for (int round = 0; round < 3; round++) {
    const char* data = got[round].as.data;
    for (uint64_t i = 0; i < got[round].length; i++) {
      if (data[i] != 'a' + round) CHECK(data[i] == 'a' + round);
    }
  }
  return MORTISE_OK;
}

static void data_outlives_its_key(void) {
  CHECK(with_context(keeps_old_data) == MORTISE_OK);
}

STAGE(copies_within) {
  UNUSED;
  MortiseValue value = mortise_string("shared", 6);
  context->set(context, "a", &value);
  context->get(context, "a", &value);
  CHECK(context->set(context, "a", &value) == MORTISE_OK);
  CHECK(context->set(context, "b", &value) == MORTISE_OK);
  context->get(context, "b", &value);
  CHECK(strcmp(value.as.data, "shared") == 0);
  return MORTISE_OK;
}

static void sets_what_it_got(void) {
  CHECK(with_context(copies_within) == MORTISE_OK);
}

STAGE(same_address_other_key) {
  UNUSED;
  char key[16];
  MortiseValue value;
  for (int i = 0; i < 1000; i++) {
    snprintf(key, sizeof key, "key%d", i);
    value = mortise_int64(i);
    CHECK(context->set(context, key, &value) == MORTISE_OK);
  }
  for (int i = 999; i >= 0; i--) {
    snprintf(key, sizeof key, "key%d", i);
    CHECK(context->get(context, key, &value) == MORTISE_OK && value.as.int64 == i);
  }
  return MORTISE_OK;
}

static void reads_the_bytes_of_keys(void) {
  CHECK(with_context(same_address_other_key) == MORTISE_OK);
}

static const MortiseContext* kept;

STAGE(keep_context) {
  UNUSED;
  MortiseValue value = mortise_int64(1);
  kept = context;
  return context->set(context, "k", &value);
}

static void refuses_a_context_that_was_kept(void) {
  MortiseValue value = mortise_int64(1);
  CHECK(with_context(keep_context) == MORTISE_OK);
  CHECK(kept->get(kept, "k", &value) == MORTISE_WRONG_STATE);
  CHECK(kept->set(kept, "k", &value) == MORTISE_WRONG_STATE);
  CHECK(kept->remove(kept, "k") == MORTISE_WRONG_STATE);
}

static void preflight_reads_only(void) {
  MortiseValue value = mortise_int64(1);
  CHECK(with_context(keep_context) == MORTISE_OK);
  const MortiseContext* context = mortise_store_preflight(fixture.store, fixture.plugin);
  CHECK(context->stage_id == NULL && context->host == fixture.host && context->mode == MORTISE_LIVE);
  CHECK(context->get(context, "k", &value) == MORTISE_OK && value.as.int64 == 1);
  CHECK(context->set(context, "k", &value) == MORTISE_READ_ONLY);
  CHECK(context->remove(context, "k") == MORTISE_READ_ONLY);
  CHECK(context->describe(context, "x", 1) == MORTISE_WRONG_STATE);
  mortise_store_reset(fixture.store);
  CHECK(context->get(context, "k", &value) == MORTISE_WRONG_STATE);
}

int main(void) {
  fixture_open(&fixture);
  RUN("keeps every type, data with a NUL behind it", keeps_every_type);
  RUN("refuses what the contract forbids, with the stated code", refuses_what_the_contract_forbids);
  RUN("walks keys in the order in which they were first set", walks_in_order);
  RUN("keeps what it handed out readable after the key was set again", data_outlives_its_key);
  RUN("sets a value that it handed out itself", sets_what_it_got);
  RUN("goes by the bytes of a key, not by its address", reads_the_bytes_of_keys);
  RUN("answers WRONG_STATE through a context that was kept", refuses_a_context_that_was_kept);
  RUN("gives a preflight check a context that can only be read", preflight_reads_only);
  fixture_close(&fixture);
  return CHECK_RESULT();
}
