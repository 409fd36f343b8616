/*
 * wording, with the C kit: does in a stage what `do` says, in init what the option `do`, and in preflight what the option `preflight`. wording.cpp and
 * wording.rs are the same plugin with the other kits.
 */
#define MORTISE_MANIFEST_NAME FIXTURE_STEM
#define MORTISE_MANIFEST_VERSION "1.0.0"
#include "mortise/kit.h"

static char preflight_do[32];

static FfiResult set(const MortiseContext* context, MortiseError* error) { return mortise_set_json(context, "k", "{", 1, error); }

static FfiResult run(void* state, const MortiseContext* context, MortiseError* error) {
  MortiseView what;
  MortiseView view;
  MortiseValue value;
  bool truth;
  int64_t integer = 7;
  double number;
  (void)state;
  MORTISE_TRY(mortise_get_string(context, "do", &what, error));
  if (mortise_view_is(what, "set")) return set(context, error);
  if (mortise_view_is(what, "describe")) return mortise_describe(context, "what would be done", error);
  if (mortise_view_is(what, "bool")) return mortise_get_bool(context, "value", &truth, error);
  if (mortise_view_is(what, "int64")) return mortise_get_int64(context, "value", &integer, error);
  if (mortise_view_is(what, "double")) return mortise_get_double(context, "value", &number, error);
  if (mortise_view_is(what, "string")) return mortise_get_string(context, "value", &view, error);
  if (mortise_view_is(what, "bytes")) return mortise_get_bytes(context, "value", &view, error);
  if (mortise_view_is(what, "json")) return mortise_get_json(context, "value", &view, error);
  if (mortise_view_is(what, "find")) {
    MORTISE_TRY(mortise_find_int64(context, "value", &integer, &truth, error));
    return mortise_set_bool(context, "found", truth && integer != 7, error);
  }
  return mortise_get(context, "value", &value, error);
}

static FfiResult init(void* instance, const MortiseHost* host, MortiseError* error) {
  static char text[6002] = "x";
  MortiseView what = mortise_view("");
  MortiseView later = mortise_view("");
  MortiseValue value;
  const void* table;
  int64_t integer = 0;
  (void)instance;
  MORTISE_TRY(mortise_option_string(host, "preflight", &later, error));
  (void)snprintf(preflight_do, sizeof preflight_do, "%.*s", MORTISE_PRINT(later));
  MORTISE_TRY(mortise_option_string(host, "do", &what, error));
  if (mortise_view_is(what, "option")) return mortise_option_int64(host, "value", &integer, error);
  if (mortise_view_is(what, "publish")) return mortise_publish(host, "a..b", NULL, error);
  if (mortise_view_is(what, "call")) return mortise_call(host, "nothing", NULL, 0, 0, &value, error);
  if (mortise_view_is(what, "service")) return mortise_find_service(host, "com.example.none", "^1.0.0", &table, error);
  if (!mortise_view_is(what, "long")) return MORTISE_OK;
  while (strlen(text) < 6001) strcat(text, "\xc3\xb6");
  return mortise_fail(error, MORTISE_ERR, text);
}

static FfiResult preflight(void* instance, const MortiseContext* context, MortiseError* error) {
  (void)instance;
  if (strcmp(preflight_do, "set") == 0) return set(context, error);
  if (strcmp(preflight_do, "remove") == 0) return mortise_remove(context, "k", error);
  return MORTISE_OK;
}

static FfiResult register_stages(void* instance, const MortiseRegistry* registry, MortiseError* error) {
  const char* twice = getenv("WORDING_STAGE");
  MortiseStage stage = MORTISE_STAGE(FIXTURE_STEM ":do", run);
  (void)instance;
  return twice == NULL ? MORTISE_OK : mortise_register(registry, &stage, error);
}

static const MortiseStage stages[] = {MORTISE_STAGE(FIXTURE_STEM ":do", run)};

MORTISE_EXPORT_PLUGIN(MORTISE_THREADS_SAFE, .stages = MORTISE_ITEMS(stages), .register_stages = register_stages, .init = init, .preflight = preflight)
