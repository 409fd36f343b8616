/* mortise.functions/1 of a faulty plugin: echo, add, fail, panic. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../host/utf8.h"
#include "check.h"
#include "life.h"
#include "values.h"

#define CALLERS 6
#define CALLS 200

static const volatile uint32_t not_cancelled;

/* One call and what came of it. The memory for the message is exactly as large as it says. */
typedef struct Outcome {
  FfiResult code;
  char text[MORTISE_MIN_MESSAGE + 1];
} Outcome;

static uint32_t index_of(const Opening* opening, const char* name) {
  const MortiseFunctionsExtension* functions = opening->functions;
  const uint32_t count = functions->count(opening->table.instance);
  for (uint32_t index = 0; index < count; index++) {
    MortiseFunction function = {(uint32_t)sizeof function, 0, NULL, NULL, NULL, NULL};
    if (functions->describe(opening->table.instance, index, &function) == MORTISE_OK && strcmp(function.name, name) == 0) return index;
  }
  CHECK(!"a function of that name");
  return count;
}

/* wanted NULL: any result. */
static Outcome call(const Opening* opening, uint32_t index, const MortiseValue* arguments, size_t count, const MortiseValue* wanted,
                    size_t capacity) {
  const MortiseFunctionsExtension* functions = opening->functions;
  const MortiseCall call = {(uint32_t)sizeof call, 0, &not_cancelled, NULL, 0};
  MortiseValue result = mortise_null();
  MortiseError error = {(uint32_t)sizeof error, MORTISE_OK, {capacity > 0 ? malloc(capacity) : NULL, capacity, 0}};
  Outcome outcome = {MORTISE_OK, ""};
  outcome.code = functions->call(opening->table.instance, index, &call, arguments, count, &result, &error);
  CHECK(is_result(outcome.code));
  if (outcome.code == MORTISE_OK) {
    CHECK(wanted == NULL || same_value(&result, wanted));
    functions->free_result(opening->table.instance, &result);
  } else {
    CHECK(error.message.length <= capacity && utf8_valid(error.message.data, error.message.length));
    if (error.message.length > 0) memcpy(outcome.text, error.message.data, error.message.length);
    outcome.text[error.message.length] = 0;
  }
  free(error.message.data);
  return outcome;
}

static void describes(const Opening* opening) {
  const void* instance = opening->table.instance;
  const uint32_t count = opening->functions->count(instance);
  CHECK(count >= 4 && count <= MORTISE_MAX_ITEMS && count == opening->functions->count(instance));
  for (uint32_t index = 0; index < count; index++) {
    /* The host's memory ends where its size says. */
    MortiseFunction* function = malloc(sizeof *function);
    memset(function, 0, sizeof *function);
    function->size = (uint32_t)sizeof *function;
    CHECK(opening->functions->describe(instance, index, function) == MORTISE_OK);
    CHECK(function->size == sizeof *function && function->name != NULL && strlen(function->name) <= MORTISE_MAX_NAME);
    CHECK((function->flags & ~(uint32_t)(MORTISE_FUNCTION_QUICK | MORTISE_FUNCTION_IDEMPOTENT)) == 0);
    free(function);
  }
  MortiseFunction none = {(uint32_t)sizeof none, 0, NULL, NULL, NULL, NULL};
  CHECK(opening->functions->describe(instance, count, &none) != MORTISE_OK);
  CHECK(opening->functions->describe(instance, UINT32_MAX, &none) != MORTISE_OK);
}

static void refuses(const Opening* opening) {
  const uint32_t add = index_of(opening, "add"), echo = index_of(opening, "echo");
  const MortiseValue numbers[] = {mortise_int64(INT64_MAX), mortise_int64(1), mortise_int64(1)};
  const MortiseValue words[] = {mortise_string("one", 3), mortise_string("two", 3)};
  Outcome outcome = call(opening, add, words, 2, NULL, MORTISE_MIN_MESSAGE);
  CHECK(outcome.code != MORTISE_OK && outcome.text[0] != 0);
  outcome = call(opening, add, numbers, 1, NULL, MORTISE_MIN_MESSAGE);
  CHECK(outcome.code != MORTISE_OK && outcome.text[0] != 0);
  outcome = call(opening, echo, NULL, 0, NULL, MORTISE_MIN_MESSAGE);
  CHECK(outcome.code != MORTISE_OK && outcome.text[0] != 0);
  outcome = call(opening, opening->functions->count(opening->table.instance), numbers, 1, NULL, MORTISE_MIN_MESSAGE);
  CHECK(outcome.code != MORTISE_OK);
  /* More than int64 holds. */
  outcome = call(opening, add, numbers, 2, NULL, MORTISE_MIN_MESSAGE);
  CHECK(outcome.code == MORTISE_INVALID_DATA);
  CHECK_TEXT("the sum is no int64", outcome.text);
}

/* A message is cut to what fits, between characters; no room at all, and no error at all, are fine too. */
static void cuts(const Opening* opening) {
  const char* const text = "größer 💥 und länger";
  const uint32_t fail = index_of(opening, "fail");
  const MortiseValue argument = mortise_string(text, strlen(text));
  for (size_t capacity = 0; capacity <= strlen(text) + 1; capacity++) {
    const Outcome outcome = call(opening, fail, &argument, 1, NULL, capacity);
    const size_t fits = strlen(outcome.text);
    CHECK(outcome.code != MORTISE_OK && strncmp(text, outcome.text, fits) == 0 && fits <= capacity);
    /* No more is lost than a part of a character, and the NUL of a text that printf made. */
    CHECK(fits + 5 > capacity || fits == strlen(text));
  }
  const MortiseCall call_ = {(uint32_t)sizeof call_, 0, &not_cancelled, "somebody", 1000000};
  MortiseValue result = mortise_null();
  CHECK(opening->functions->call(opening->table.instance, fail, &call_, &argument, 1, &result, NULL) != MORTISE_OK);
}

static void* calls_often(void* opening_) {
  const Opening* opening = opening_;
  const uint32_t echo = index_of(opening, "echo"), add = index_of(opening, "add"), fail = index_of(opening, "fail"),
                 panic = index_of(opening, "panic");
  for (int64_t round = 0; round < CALLS; round++) {
    char text[64];
    const int length = snprintf(text, sizeof text, "no. %lld of %p", (long long)round, (void*)&text);
    const MortiseValue word = mortise_string(text, (size_t)length);
    const MortiseValue numbers[] = {mortise_int64(round), mortise_int64(-3)};
    const MortiseValue sum = mortise_int64(round - 3);
    CHECK(call(opening, echo, &word, 1, &word, MORTISE_MIN_MESSAGE).code == MORTISE_OK);
    CHECK(call(opening, add, numbers, 2, &sum, MORTISE_MIN_MESSAGE).code == MORTISE_OK);
    Outcome outcome = call(opening, fail, &word, 1, NULL, MORTISE_MIN_MESSAGE);
    CHECK_TEXT(text, outcome.text);
    if (round % 10 != 0) continue;
    outcome = call(opening, panic, &word, 1, NULL, MORTISE_MIN_MESSAGE);
    CHECK(outcome.code != MORTISE_OK && is_panic_text(opening->library, text, outcome.text));
  }
  return NULL;
}

void drive_functions(const Library* library) {
  Opening opening;
  case_begin("describes its functions, and nothing beyond");
  CHECK(opening_start(&opening, library));
  CHECK(opening.functions != NULL);
  if (opening.functions == NULL) {
    opening_end(&opening);
    case_end();
    return;
  }
  describes(&opening);
  case_end();

  case_begin("functions take and give values of every type");
  const uint32_t echo = index_of(&opening, "echo");
  for (uint32_t index = 0; index < SAMPLE_COUNT; index++) {
    const MortiseValue value = sample(index);
    CHECK(call(&opening, echo, &value, 1, &value, MORTISE_MIN_MESSAGE).code == MORTISE_OK);
  }
  case_end();

  case_begin("a function refuses what it was not made for, and says so");
  refuses(&opening);
  case_end();

  case_begin("the message of a function is cut to what fits, never inside a character");
  cuts(&opening);
  case_end();

  const bool is_safe = library->record.threads == MORTISE_THREADS_SAFE;
  case_begin("functions are called from %d threads at once, and each hears its own failure", is_safe ? CALLERS : 1);
  pthread_t threads[CALLERS];
  for (int caller = 0; caller < (is_safe ? CALLERS : 1); caller++) {
    if (pthread_create(&threads[caller], NULL, calls_often, &opening) != 0) abort();
  }
  for (int caller = 0; caller < (is_safe ? CALLERS : 1); caller++) pthread_join(threads[caller], NULL);
  opening_end(&opening);
  CHECK(opening.failure_count == 0);
  case_end();
}
