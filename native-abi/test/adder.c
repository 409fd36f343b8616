/* adder: a plugin that offers a function, with the kit. README.md quotes it. */
#define MORTISE_MANIFEST_NAME "adder"
#define MORTISE_MANIFEST_VERSION "1.0.0"
#include "mortise/kit.h"

static FfiResult add(void* state, const MortiseArguments* arguments, MortiseReturn* result, MortiseError* error) {
  int64_t a;
  int64_t b;
  (void)state;
  MORTISE_TRY(mortise_arguments_count(arguments, 2, error));
  MORTISE_TRY(mortise_argument_int64(arguments, 0, &a, error));
  MORTISE_TRY(mortise_argument_int64(arguments, 1, &b, error));
  if (b > 0 ? a > INT64_MAX - b : a < INT64_MIN - b) return mortise_fail(error, MORTISE_INVALID_DATA, "the sum is no int64");
  return mortise_return_int64(result, a + b);
}

static const MortiseCallable functions[] = {MORTISE_FUNCTION("add", add, .description = "Adds two integers.")};

MORTISE_EXPORT_PLUGIN(MORTISE_THREADS_SAFE, .functions = MORTISE_ITEMS(functions))
