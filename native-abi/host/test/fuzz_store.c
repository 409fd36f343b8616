/*
 * A random sequence of operations on a store, against a model: a plain array of keys, copied as a whole at the beginning of each stage and put
 * back when the stage fails.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

#define KEYS 48
#define EXPECT(condition) ((condition) ? (void)0 : abort())

typedef struct ModelValue {
  int present;
  int known; /* JavaScript knows this value */
  uint32_t tag;
  uint64_t bits;
  size_t length;
  uint8_t fill;
} ModelValue;

typedef struct Model {
  ModelValue values[KEYS];
  int order[KEYS]; /* keys by first set */
  int order_count;
} Model;

static Model model;
static const uint8_t* input;
static size_t left;
static Fixture fixture;
static uint8_t data_of[300000];

static uint8_t next_byte(void) {
  if (left == 0) return 0;
  left--;
  return *input++;
}

static const char* key_name(int key) {
  static char name[2][64];
  static int turn;
  turn = !turn; /* the same address has other bytes, and the same bytes have another address */
  snprintf(name[turn], sizeof name[turn], "%.*s%d", key % 11, "longer.key.", key);
  return name[turn];
}

static const char* literal_name(int key) {
  static const char* const names[] = {"0", "l1", "lo2", "lon3"};
  return key < 4 ? names[key] : key_name(key);
}

/* The next value of the input, for the library and for the model. */
static MortiseValue next_value(ModelValue* expected) {
  const uint8_t kind = next_byte();
  static const size_t sizes[] = {0, 1, 7, 8, 100, 4096, 4097, 8192, 8193, 70000, 140000, 299999};
  memset(expected, 0, sizeof *expected);
  expected->present = 1;
  if (kind < 100) {
    expected->tag = MORTISE_INT64;
    expected->bits = kind;
    return mortise_int64(kind);
  }
  expected->tag = MORTISE_BYTES;
  expected->fill = kind;
  expected->length = sizes[kind % (sizeof sizes / sizeof *sizes)];
  memset(data_of, kind, expected->length);
  return mortise_bytes(data_of, expected->length);
}

static void expect_value(const ModelValue* expected, uint32_t tag, uint64_t bits, const void* data_, size_t length) {
  const uint8_t* data = data_;
  EXPECT(tag == expected->tag);
  if (tag == MORTISE_INT64) {
    EXPECT(bits == expected->bits);
    return;
  }
  EXPECT(length == expected->length);
  if (length > 0) EXPECT(data[0] == expected->fill && data[length / 2] == expected->fill && data[length - 1] == expected->fill);
}

static void model_set(int key, ModelValue value) {
  int at = 0;
  while (at < model.order_count && model.order[at] != key) at++;
  if (at == model.order_count) model.order[model.order_count++] = key;
  model.values[key] = value;
}

static void walk_all(const MortiseContext* context) {
  size_t cursor = 0;
  const char* key;
  MortiseValue value;
  for (int i = 0; i < model.order_count; i++) {
    const ModelValue* expected = &model.values[model.order[i]];
    if (!expected->present) continue;
    EXPECT(context->next(context, &cursor, &key, &value) == MORTISE_OK);
    EXPECT(strcmp(key, key_name(model.order[i])) == 0);
    expect_value(expected, value.tag, value.as.bits, value.as.data, (size_t)value.length);
  }
  EXPECT(context->next(context, &cursor, &key, &value) == MORTISE_NOT_FOUND);
}

static FfiResult stage(void* state, const MortiseContext* context, MortiseError* error) {
  (void)state, (void)error;
  const Model before = model;
  /* Something handed out early in the stage, and what it said. */
  MortiseValue early = mortise_null();
  ModelValue early_expected = {0};
  for (int operations = next_byte() % 24; operations > 0 && left > 0; operations--) {
    const uint8_t operation = next_byte();
    const int key = next_byte() % KEYS;
    MortiseValue value;
    ModelValue expected;
    switch (operation % 5) {
      case 0:
      case 1:
        value = next_value(&expected);
        EXPECT(context->set(context, literal_name(key), &value) == MORTISE_OK);
        model_set(key, expected);
        break;
      case 2:
        EXPECT(context->get(context, literal_name(key), &value) == (model.values[key].present ? MORTISE_OK : MORTISE_NOT_FOUND));
        if (!model.values[key].present) break;
        expect_value(&model.values[key], value.tag, value.as.bits, value.as.data, (size_t)value.length);
        if (early.tag == MORTISE_NULL) {
          early = value;
          early_expected = model.values[key];
        }
        break;
      case 3:
        EXPECT(context->remove(context, key_name(key)) == (model.values[key].present ? MORTISE_OK : MORTISE_NOT_FOUND));
        if (model.values[key].present) model.values[key] = (ModelValue){0};
        break;
      default: walk_all(context);
    }
  }
  if (early.tag != MORTISE_NULL) expect_value(&early_expected, early.tag, early.as.bits, early.as.data, (size_t)early.length);
  if (next_byte() % 3 != 0) return MORTISE_OK;
  model = before;
  return MORTISE_ERR;
}

/* A write from JavaScript, through a batch or a put. */
static void write_one(void) {
  const int key = next_byte() % KEYS;
  ModelValue expected;
  static Entries entries;
  entries.length = 0;
  if (next_byte() % 4 == 0) {
    entries_add_removed(&entries, key_name(key));
    if (model.values[key].present) model.values[key] = (ModelValue){0};
  } else {
    const MortiseValue value = next_value(&expected);
    model_set(key, expected);
    if (value.length > 20000) {
      const char* name = key_name(key);
      EXPECT(mortise_store_put(fixture.store, name, strlen(name), MORTISE_BYTES, value.as.data, (size_t)value.length) == MORTISE_OK);
      model.values[key].known = 1;
      return;
    }
    entries_add(&entries, key_name(key), value);
  }
  model.values[key].known = 1;
  EXPECT(mortise_store_write(fixture.store, entries.bytes, entries.length) == MORTISE_OK);
}

/* Every change has the model's value, no key comes twice, and a present key that JavaScript does not know is among them. */
static void compare_changes(void) {
  static uint8_t buffer[1 << 19];
  int seen[KEYS] = {0};
  const size_t length = mortise_store_changes(fixture.store, buffer, sizeof buffer);
  EXPECT(length <= sizeof buffer);
  EntryWalk walk = {buffer, buffer + length, {0}, NULL, NULL};
  while (entry_walk(&walk)) {
    int key = 0;
    while (key < KEYS && !entry_is(&walk, key_name(key))) key++;
    EXPECT(key < KEYS && !seen[key]);
    seen[key] = 1;
    EXPECT(((walk.entry.flags & MORTISE_ENTRY_REMOVED) != 0) == !model.values[key].present);
    if (model.values[key].present) expect_value(&model.values[key], walk.entry.tag, walk.entry.payload, walk.data, (size_t)walk.entry.length);
  }
  for (int key = 0; key < KEYS; key++) {
    if (model.values[key].present) EXPECT(seen[key] == !model.values[key].known);
    model.values[key].known = 1;
  }
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static uintptr_t handle;
  if (fixture.session == NULL) {
    fixture_open(&fixture);
    handle = fixture_stage(&fixture, stage, NULL, NULL);
  }
  input = data;
  left = size;
  memset(&model, 0, sizeof model);
  mortise_store_reset(fixture.store);
  const uintptr_t handles[] = {handle, handle, handle};
  while (left > 0) {
    switch (next_byte() % 8) {
      case 0: write_one(); break;
      case 1: compare_changes(); break;
      case 2:
        if (next_byte() != 0) break; /* rarely */
        mortise_store_close(fixture.store);
        fixture.store = mortise_store_open(fixture.session);
        memset(&model, 0, sizeof model);
        break;
      default: mortise_run(fixture.store, handles, next_byte() % 3 + 1, MORTISE_LIVE, NULL);
    }
  }
  compare_changes();
  return 0;
}
