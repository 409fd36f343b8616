/*
 * faulty-c: a plugin of the C kit that fails where MORTISE_FAULTY says, which every _plugin_init reads anew. The getters are the kit's and run no
 * code of a plugin: faulty-table fails there.
 */
#include "mortise_manifest.h"
#include "mortise/kit.h"

#include <stdatomic.h>

#define NAME MORTISE_MANIFEST_NAME

/* One per opening. */
typedef struct Faulty {
  char slot[64]; /* that fails; empty: none */
  atomic_llong count;
} Faulty;

static bool fails(const Faulty* self, const char* slot) { return strcmp(self->slot, slot) == 0; }

/* `return slot(self, "init", error);`: how each slot ends. */
static FfiResult slot(const Faulty* self, const char* name, MortiseError* error) {
  return fails(self, name) ? mortise_failf(error, MORTISE_ERR, "%s of " NAME ": größer 💥", name) : MORTISE_OK;
}

/* ---- stages ---- */

static FfiResult echo(void* state, const MortiseContext* context, MortiseError* error) {
  MortiseValue value;
  MORTISE_TRY(slot((Faulty*)state, "execute", error));
  MORTISE_TRY(mortise_get(context, "value", &value, error));
  return mortise_set(context, "echo", value, error);
}

static FfiResult describe_echo(void* state, const MortiseContext* context, MortiseError* error) {
  MORTISE_TRY(slot((Faulty*)state, "dry_run", error));
  return mortise_describe(context, "Set `echo` to `value`.", error);
}

static void destroy_echo(void* state) {
  if (fails((Faulty*)state, "stage_destroy")) mortise_stage_destroy_failed(NAME ":echo", "stage_destroy of " NAME ": größer 💥");
}

static FfiResult count(void* state, const MortiseContext* context, MortiseError* error) {
  return mortise_set_int64(context, "count", atomic_fetch_add(&((Faulty*)state)->count, 1) + 1, error);
}

static FfiResult describe_count(void* state, const MortiseContext* context, MortiseError* error) {
  (void)state;
  return mortise_describe(context, "Add 1 to the counter and set `count`.", error);
}

static FfiResult fail(void* state, const MortiseContext* context, MortiseError* error) {
  (void)state;
  (void)context;
  return mortise_fail(error, MORTISE_WRONG_TYPE, "cannot do that");
}

static FfiResult describe_fail(void* state, const MortiseContext* context, MortiseError* error) {
  (void)state;
  return mortise_describe(context, "Fail.", error);
}

static FfiResult panic(void* state, const MortiseContext* context, MortiseError* error) {
  (void)state;
  (void)context;
  return mortise_fail(error, MORTISE_ERR, "stage panic of " NAME);
}

static FfiResult describe_panic(void* state, const MortiseContext* context, MortiseError* error) {
  (void)state;
  return mortise_describe(context, "Panic.", error);
}

static const MortiseStage stages[] = {
    MORTISE_STAGE(NAME ":echo", echo, .dry_run = describe_echo, .destroy = destroy_echo),
    MORTISE_STAGE(NAME ":count", count, .dry_run = describe_count),
    MORTISE_STAGE(NAME ":fail", fail, .dry_run = describe_fail),
    MORTISE_STAGE(NAME ":panic", panic, .dry_run = describe_panic),
};

/* ---- functions ---- */

static FfiResult call_echo(void* state, const MortiseArguments* arguments, MortiseReturn* result, MortiseError* error) {
  MortiseValue value;
  (void)state;
  MORTISE_TRY(mortise_arguments_count(arguments, 1, error));
  MORTISE_TRY(mortise_argument(arguments, 0, &value, error));
  return mortise_return_copy(result, value, error);
}

static FfiResult call_add(void* state, const MortiseArguments* arguments, MortiseReturn* result, MortiseError* error) {
  int64_t a;
  int64_t b;
  (void)state;
  MORTISE_TRY(mortise_arguments_count(arguments, 2, error));
  MORTISE_TRY(mortise_argument_int64(arguments, 0, &a, error));
  MORTISE_TRY(mortise_argument_int64(arguments, 1, &b, error));
  if (b > 0 ? a > INT64_MAX - b : a < INT64_MIN - b) return mortise_fail(error, MORTISE_INVALID_DATA, "the sum is no int64");
  return mortise_return_int64(result, a + b);
}

/* `fail` and `panic`: in C they are the same. */
static FfiResult call_fail(void* state, const MortiseArguments* arguments, MortiseReturn* result, MortiseError* error) {
  MortiseView text;
  (void)state;
  (void)result;
  MORTISE_TRY(mortise_arguments_count(arguments, 1, error));
  MORTISE_TRY(mortise_argument_string(arguments, 0, &text, error));
  return mortise_failf(error, MORTISE_ERR, "%.*s", MORTISE_PRINT(text));
}

static const MortiseCallable functions[] = {
    MORTISE_FUNCTION("echo", call_echo, .description = "Returns its argument."),
    MORTISE_FUNCTION("add", call_add, .description = "Adds two integers."),
    MORTISE_FUNCTION("fail", call_fail, .description = "Fails with that text."),
    MORTISE_FUNCTION("panic", call_fail, .description = "Fails with that text, in the worst way that the language has."),
};

/* ---- lifecycle ---- */

static FfiResult create(void** instance, MortiseError* error) {
  const char* wanted = getenv("MORTISE_FAULTY");
  Faulty* self = (Faulty*)calloc(1, sizeof *self);
  FfiResult code;
  if (self == NULL) return mortise_fail(error, MORTISE_OUT_OF_MEMORY, "out of memory");
  /* `init!` is another way to fail, which C has not. */
  if (wanted != NULL) (void)snprintf(self->slot, sizeof self->slot, "%.*s", (int)strcspn(wanted, "!"), wanted);
  code = slot(self, "_plugin_init", error);
  if (code != MORTISE_OK) free(self);
  else *instance = self;
  return code;
}

static FfiResult register_stages(void* instance, const MortiseRegistry* registry, MortiseError* error) {
  (void)registry;
  return slot((Faulty*)instance, "register_stages", error);
}

static FfiResult init(void* instance, const MortiseHost* host, MortiseError* error) {
  (void)host;
  return slot((Faulty*)instance, "init", error);
}

static FfiResult preflight(void* instance, const MortiseContext* context, MortiseError* error) {
  (void)context;
  return slot((Faulty*)instance, "preflight_check", error);
}

static FfiResult shutdown_plugin(void* instance, MortiseError* error) { return slot((Faulty*)instance, "shutdown", error); }

static FfiResult destroy(void* instance, MortiseError* error) {
  FfiResult code = slot((Faulty*)instance, "destroy", error);
  free(instance);
  return code;
}

MORTISE_EXPORT_PLUGIN(MORTISE_THREADS_SAFE, .stages = MORTISE_ITEMS(stages), .functions = MORTISE_ITEMS(functions), .create = create,
                      .register_stages = register_stages, .init = init, .preflight = preflight, .shutdown = shutdown_plugin, .destroy = destroy)
