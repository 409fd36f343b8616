/*
 * Nothing is wrong: the stage walks all keys and sets `keys`, a JSON array of them in the order met. At the key `grow` it sets `grown`, which is met
 * then; at `shrink` it removes `shrunk`, which is not met if it was still to come.
 */
#include "skeleton.h"
#include "json.h"

static FfiResult run(const MortiseContext* context, MortiseError* error) {
  Json keys = {"[", 1};
  size_t cursor = 0;
  const char* key;
  MortiseValue value;
  FfiResult code;
  while ((code = context->next(context, &cursor, &key, &value)) == MORTISE_OK) {
    if (keys.length > 1) json_raw(&keys, ",");
    json_string(&keys, key);
    if (strcmp(key, "grow") == 0) set_int64(context, "grown", 1);
    if (strcmp(key, "shrink") == 0) context->remove(context, "shrunk");
  }
  if (code != MORTISE_NOT_FOUND) return mortise_fail(error, code, "the walk ended with another code");
  return json_set(&keys, "]", context, "keys");
}

static const Stage stages[] = {{FIXTURE_STEM ":run", run, 0}, {0}};

FIXTURE(.stages = stages)
RECORD(MORTISE_THREADS_ONE);
