/* Nothing is wrong: the stage takes `megabytes` of memory, writes to all of it, and sets `taken` to the bytes. */
#include "skeleton.h"

static FfiResult run(const MortiseContext* context, MortiseError* error) {
  MortiseValue wanted;
  FfiResult code = context->get(context, "megabytes", &wanted);
  if (code != MORTISE_OK || wanted.tag != MORTISE_INT64) return mortise_fail(error, MORTISE_INVALID_DATA, "`megabytes` must be an int64");
  size_t size = (size_t)wanted.as.int64 * 1024 * 1024;
  char* memory = malloc(size);
  if (memory == NULL) return mortise_fail(error, MORTISE_OUT_OF_MEMORY, "no memory");
  memset(memory, 1, size);
  size_t taken = 0;
  for (size_t at = 0; at < size; at += 4096) taken += (size_t)memory[at] * 4096;
  free(memory);
  return set_int64(context, "taken", (int64_t)taken);
}

static const Stage stages[] = {{FIXTURE_STEM ":run", run, 0}, {0}};

FIXTURE(.stages = stages)
RECORD(MORTISE_THREADS_ONE);
