/* preflight_check walks the context. Counters: keys; tag:KEY and length:KEY of each value; number:KEY of int64 and bool; sum:KEY, the sum of the bytes of data; cancelled; set, a code. */
#include "skeleton.h"

static void note_of(const char* what, const char* key, int64_t number) {
  char name[64];
  snprintf(name, sizeof name, "%s:%s", what, key);
  note(name, number);
}

static FfiResult preflight_check(const MortiseContext* context) {
  size_t cursor = 0;
  const char* key;
  MortiseValue value;
  note("keys", 0);
  while (context->next(context, &cursor, &key, &value) == 0) {
    count("keys");
    note_of("tag", key, value.tag);
    note_of("length", key, (int64_t)value.length);
    if (value.tag == MORTISE_INT64 || value.tag == MORTISE_BOOL) note_of("number", key, value.as.int64);
    if (value.tag == MORTISE_DOUBLE) note_of("number", key, (int64_t)(value.as.number * 1000));
    if (value.tag < MORTISE_STRING) continue;
    int64_t sum = 0;
    for (size_t i = 0; i < value.length; i++) sum += ((const unsigned char*)value.as.data)[i];
    note_of("sum", key, sum);
  }
  note("cancelled", mortise_cancelled(context));
  note("set", set_int64(context, "written", 1));
  note("missing", context->get(context, "missing", &value));
  return 0;
}

FIXTURE(.preflight_check = preflight_check)
