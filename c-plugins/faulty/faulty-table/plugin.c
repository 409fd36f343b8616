/*
 * faulty-table: the base table by hand, without a kit. It fails where MORTISE_FAULTY says, which every _plugin_init reads anew: in any slot, those
 * that have no code to return included. These leave a text behind and return nothing, or what is right where there is no nothing.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mortise.h"
#include "mortise_manifest.h"

#define NAME MORTISE_MANIFEST_NAME

MORTISE_RECORD(MORTISE_LANGUAGE_C, MORTISE_THREADS_SAFE, MORTISE_MANIFEST);

/* One per library; reset by _plugin_init. The text is asked for after destroy too. */
static struct {
  char slot[64]; /* that fails; empty: none */
  char text[256];
  size_t length;
  atomic_llong count;
} faulty;

static bool fails(const char* slot) { return strcmp(faulty.slot, slot) == 0; }

/* Whether this slot is to fail: then its text is kept. */
static bool failed(const char* slot, const char* before) {
  if (!fails(slot)) return false;
  faulty.length = (size_t)snprintf(faulty.text, sizeof faulty.text, "%s%s of " NAME ": größer 💥", before, slot);
  return true;
}

static FfiResult result_of(const char* slot) { return failed(slot, "") ? MORTISE_ERR : MORTISE_OK; }

/* ---- stages ---- */

static FfiResult echo(void* state, const MortiseContext* context, MortiseError* error) {
  MortiseValue value;
  FfiResult code;
  (void)state;
  if (fails("execute")) return mortise_fail(error, MORTISE_ERR, "execute of " NAME ": größer 💥");
  code = context->get(context, "value", &value);
  if (code != MORTISE_OK) return mortise_fail(error, code, "the context has no `value`");
  code = context->set(context, "echo", &value);
  return code == MORTISE_OK ? code : mortise_fail(error, code, "`echo` could not be set");
}

static FfiResult describe_echo(void* state, const MortiseContext* context, MortiseError* error) {
  (void)state;
  if (fails("dry_run")) return mortise_fail(error, MORTISE_ERR, "dry_run of " NAME ": größer 💥");
  return context->describe(context, "Set `echo` to `value`.", SIZE_MAX);
}

static void destroy_echo(void* state) {
  (void)state;
  (void)failed("stage_destroy", "stage " NAME ":echo: ");
}

static FfiResult count(void* state, const MortiseContext* context, MortiseError* error) {
  MortiseValue value = mortise_int64(atomic_fetch_add(&faulty.count, 1) + 1);
  FfiResult code = context->set(context, "count", &value);
  (void)state;
  return code == MORTISE_OK ? code : mortise_fail(error, code, "`count` could not be set");
}

static FfiResult fail(void* state, const MortiseContext* context, MortiseError* error) {
  (void)state;
  (void)context;
  return mortise_fail(error, MORTISE_WRONG_TYPE, "cannot do that");
}

static FfiResult panic(void* state, const MortiseContext* context, MortiseError* error) {
  (void)state;
  (void)context;
  return mortise_fail(error, MORTISE_ERR, "stage panic of " NAME);
}

/* state: the sentence. */
static FfiResult describe(void* state, const MortiseContext* context, MortiseError* error) {
  (void)error;
  return context->describe(context, (const char*)state, SIZE_MAX);
}

static char count_sentence[] = "Add 1 to the counter and set `count`.";
static char fail_sentence[] = "Fail.";
static char panic_sentence[] = "Panic.";

static const MortiseStage stages[] = {
    {sizeof(MortiseStage), 0, NAME ":echo", NULL, NULL, NULL, echo, describe_echo, destroy_echo},
    {sizeof(MortiseStage), 0, NAME ":count", NULL, NULL, count_sentence, count, describe, NULL},
    {sizeof(MortiseStage), 0, NAME ":fail", NULL, NULL, fail_sentence, fail, describe, NULL},
    {sizeof(MortiseStage), 0, NAME ":panic", NULL, NULL, panic_sentence, panic, describe, NULL},
};

#define STAGE_COUNT (sizeof stages / sizeof stages[0])

/* ---- functions ---- */

enum { FUNCTION_ECHO, FUNCTION_ADD, FUNCTION_FAIL, FUNCTION_PANIC, FUNCTION_COUNT };

static uint32_t count_functions(const void* instance) {
  (void)instance;
  return FUNCTION_COUNT;
}

static FfiResult describe_function(const void* instance, uint32_t index, MortiseFunction* function) {
  static const char* const names[FUNCTION_COUNT] = {"echo", "add", "fail", "panic"};
  (void)instance;
  if (index >= FUNCTION_COUNT) return MORTISE_NOT_FOUND;
  function->name = names[index];
  return MORTISE_OK;
}

static FfiResult call_echo(const MortiseValue* value, MortiseValue* result, MortiseError* error) {
  void* copy;
  *result = *value;
  if (value->length == 0) return MORTISE_OK;
  copy = malloc((size_t)value->length);
  if (copy == NULL) return mortise_fail(error, MORTISE_OUT_OF_MEMORY, "out of memory");
  memcpy(copy, value->as.data, (size_t)value->length);
  result->as.data = copy;
  return MORTISE_OK;
}

/* A whole number within 2^53, as JavaScript has it, is an integer too. */
static bool integer(const MortiseValue* value, int64_t* out) {
  if (value->tag == MORTISE_DOUBLE && value->as.number >= -9007199254740992.0 && value->as.number <= 9007199254740992.0) {
    *out = (int64_t)value->as.number;
    return (double)*out >= value->as.number && (double)*out <= value->as.number;
  }
  *out = value->as.int64;
  return value->tag == MORTISE_INT64;
}

static FfiResult call_add(const MortiseValue* arguments, MortiseValue* result, MortiseError* error) {
  int64_t a;
  int64_t b;
  if (!integer(&arguments[0], &a) || !integer(&arguments[1], &b)) return mortise_fail(error, MORTISE_WRONG_TYPE, "`add` takes two integers");
  if (b > 0 ? a > INT64_MAX - b : a < INT64_MIN - b) return mortise_fail(error, MORTISE_INVALID_DATA, "the sum is no int64");
  *result = mortise_int64(a + b);
  return MORTISE_OK;
}

static FfiResult call_fail(const MortiseValue* text, MortiseError* error) {
  if (text->tag != MORTISE_STRING) return mortise_fail(error, MORTISE_WRONG_TYPE, "the text must be a string");
  if (error != NULL) {
    error->code = MORTISE_ERR;
    mortise_text_set(&error->message, (const char*)text->as.data, (size_t)text->length);
  }
  return MORTISE_ERR;
}

static FfiResult call(void* instance, uint32_t index, const MortiseCall* call_, const MortiseValue* arguments, size_t argument_count,
                      MortiseValue* result, MortiseError* error) {
  (void)instance;
  (void)call_;
  if (index >= FUNCTION_COUNT) return mortise_fail(error, MORTISE_NOT_FOUND, "there is no such function");
  if (argument_count != (index == FUNCTION_ADD ? 2 : 1)) return mortise_fail(error, MORTISE_INVALID_DATA, "another number of arguments is wanted");
  if (index == FUNCTION_ECHO) return call_echo(arguments, result, error);
  if (index == FUNCTION_ADD) return call_add(arguments, result, error);
  return call_fail(arguments, error);
}

static void free_result(void* instance, MortiseValue* result) {
  (void)instance;
  if (result->tag >= MORTISE_STRING && result->length > 0) free((void*)(uintptr_t)result->as.data);
}

/* ---- metadata ---- */

static const char* name(const void* instance) {
  (void)instance;
  return failed("name", "") ? NULL : NAME;
}

static const char* version(const void* instance) {
  (void)instance;
  return failed("version", "") ? NULL : MORTISE_MANIFEST_VERSION;
}

static void free_text(char* text) { (void)text; }

static bool is_core(const void* instance) {
  (void)instance;
  (void)failed("is_core", "");
  return false;
}

static FfiPluginPriority priority(const void* instance) {
  FfiPluginPriority third_party = {FFI_PRIORITY_THIRD_PARTY, 175};
  (void)instance;
  (void)failed("priority", "");
  return third_party;
}

static FfiSlice empty_unless(const char* slot) {
  FfiSlice empty = {NULL, 0};
  (void)failed(slot, "");
  return empty;
}

static FfiSlice compatible_api_versions(const void* instance) {
  (void)instance;
  return empty_unless("compatible_api_versions");
}

static FfiSlice dependencies(const void* instance) {
  (void)instance;
  return empty_unless("dependencies");
}

static FfiSlice required_stages(const void* instance) {
  static FfiStageRequirement provided[STAGE_COUNT];
  FfiSlice slice = {provided, STAGE_COUNT};
  (void)instance;
  for (size_t index = 0; index < STAGE_COUNT; index++) provided[index] = (FfiStageRequirement){stages[index].id, false, true};
  return fails("required_stages") ? empty_unless("required_stages") : slice;
}

static FfiSlice conflicts_with(const void* instance) {
  (void)instance;
  return empty_unless("conflicts_with");
}

static FfiSlice incompatible_with(const void* instance) {
  (void)instance;
  return empty_unless("incompatible_with");
}

static void free_slice(FfiSlice slice) { (void)slice; }

/* ---- lifecycle ---- */

static FfiResult register_stages(const void* instance, void* registry_) {
  const MortiseRegistry* registry = (const MortiseRegistry*)registry_;
  (void)instance;
  for (size_t index = 0; index < STAGE_COUNT; index++) {
    FfiResult code = registry->register_stage(registry, &stages[index], NULL);
    if (code != MORTISE_OK) return code;
  }
  return result_of("register_stages");
}

static FfiResult init(void* instance, void* app) {
  (void)instance;
  (void)app;
  return result_of("init");
}

static FfiResult preflight_check(const void* instance, const void* context) {
  (void)instance;
  (void)context;
  return result_of("preflight_check");
}

static FfiResult shutdown_plugin(void* instance) {
  (void)instance;
  return result_of("shutdown");
}

static void destroy(void* instance) {
  (void)instance;
  (void)failed("destroy", "");
}

static PluginVTable table = {
    .instance = &faulty,
    .destroy = destroy,
    .name = name,
    .free_name = free_text,
    .version = version,
    .free_version = free_text,
    .is_core = is_core,
    .priority = priority,
    .compatible_api_versions = compatible_api_versions,
    .free_compatible_api_versions = free_slice,
    .dependencies = dependencies,
    .free_dependencies = free_slice,
    .required_stages = required_stages,
    .free_required_stages = free_slice,
    .conflicts_with = conflicts_with,
    .free_conflicts_with = free_slice,
    .incompatible_with = incompatible_with,
    .free_incompatible_with = free_slice,
    .init = init,
    .preflight_check = preflight_check,
    .register_stages = register_stages,
    .shutdown = shutdown_plugin,
};

MORTISE_EXPORT PluginVTable* _plugin_init(void) {
  const char* wanted = getenv("MORTISE_FAULTY");
  faulty.length = 0;
  atomic_store(&faulty.count, 0);
  /* `init!` is another way to fail, which C has not. */
  (void)snprintf(faulty.slot, sizeof faulty.slot, "%.*s", wanted != NULL ? (int)strcspn(wanted, "!") : 0, wanted != NULL ? wanted : "");
  return failed("_plugin_init", "") ? NULL : &table;
}

static void last_message(const void* instance, MortiseText* message) {
  (void)instance;
  mortise_text_set(message, faulty.text, faulty.length);
  faulty.length = 0;
}

MORTISE_EXPORT const void* mortise_plugin_extension(const char* id) {
  static const MortiseErrorExtension errors = {sizeof(MortiseErrorExtension), 0, last_message};
  static const MortiseFunctionsExtension functions = {sizeof(MortiseFunctionsExtension), 0, count_functions, describe_function, call, free_result};
  if (strcmp(id, MORTISE_EXT_ERROR) == 0) return &errors;
  return strcmp(id, MORTISE_EXT_FUNCTIONS) == 0 ? &functions : NULL;
}
