/*
 * kit-typed: reads one context value, or one option, as the type that it is asked for, and writes it back as that type. For the messages of the C
 * kit.
 */
#define MORTISE_MANIFEST_NAME FIXTURE_STEM
#define MORTISE_MANIFEST_VERSION "1.0.0"
#include "mortise/kit.h"

/* `type` says how `value` is read; it comes back as `read`. */
static FfiResult get(void* state, const MortiseContext* context, MortiseError* error) {
  MortiseView type;
  MortiseView view;
  MortiseValue value;
  bool truth;
  int64_t integer;
  double number;
  (void)state;
  MORTISE_TRY(mortise_get_string(context, "type", &type, error));
  if (mortise_view_is(type, "bool")) {
    MORTISE_TRY(mortise_get_bool(context, "value", &truth, error));
    return mortise_set_bool(context, "read", truth, error);
  }
  if (mortise_view_is(type, "int64")) {
    MORTISE_TRY(mortise_get_int64(context, "value", &integer, error));
    return mortise_set_int64(context, "read", integer, error);
  }
  if (mortise_view_is(type, "double")) {
    MORTISE_TRY(mortise_get_double(context, "value", &number, error));
    return mortise_set_double(context, "read", number, error);
  }
  if (mortise_view_is(type, "string")) {
    MORTISE_TRY(mortise_get_string(context, "value", &view, error));
    return mortise_set_string(context, "read", view.data, view.length, error);
  }
  if (mortise_view_is(type, "bytes")) {
    MORTISE_TRY(mortise_get_bytes(context, "value", &view, error));
    return mortise_set_bytes(context, "read", view.data, view.length, error);
  }
  if (mortise_view_is(type, "json")) {
    MORTISE_TRY(mortise_get_json(context, "value", &view, error));
    return mortise_set_json(context, "read", view.data, view.length, error);
  }
  MORTISE_TRY(mortise_find(context, "value", &value, error));
  return mortise_set(context, "read", value, error);
}

/* Removes `gone`, sets a long text, lists the keys, and sets what cannot be set. */
static FfiResult walk(void* state, const MortiseContext* context, MortiseError* error) {
  const char* key;
  MortiseValue value;
  size_t cursor = 0;
  int64_t count = 0;
  (void)state;
  MORTISE_TRY(mortise_remove(context, "gone", error));
  MORTISE_TRY(mortise_set_format(context, "long", error, "%2000d", 1));
  for (;; count++) {
    MORTISE_TRY(mortise_each(context, &cursor, &key, &value, error));
    if (key == NULL) break;
  }
  MORTISE_TRY(mortise_set_int64(context, "count", count, error));
  return mortise_set_string(context, "bad", "\xff", 1, error);
}

static FfiResult describe(void* state, const MortiseContext* context, MortiseError* error) {
  (void)state;
  MORTISE_TRY(mortise_describef(context, error, "%s", mortise_is_dry_run(context) ? "dry" : "live"));
  return mortise_describef(context, error, "%600d", 5);
}

static const MortiseStage stages[] = {MORTISE_STAGE(FIXTURE_STEM ":get", get), MORTISE_STAGE(FIXTURE_STEM ":walk", walk, .dry_run = describe)};

/* Options with defaults; what was taken is logged. */
static FfiResult init(void* instance, const MortiseHost* host, MortiseError* error) {
  MortiseView name = mortise_view("nobody");
  int64_t retries = 3;
  double factor = 0.5;
  bool loud = true;
  (void)instance;
  MORTISE_TRY(mortise_option_string(host, "name", &name, error));
  MORTISE_TRY(mortise_option_int64(host, "retries", &retries, error));
  MORTISE_TRY(mortise_option_double(host, "factor", &factor, error));
  MORTISE_TRY(mortise_option_bool(host, "loud", &loud, error));
  MORTISE_LOG(host, MORTISE_LOG_INFO, "options", mortise_field_view("name", name), mortise_field_int64("retries", retries), mortise_field_double("factor", factor),
              mortise_field_bool("loud", loud), mortise_field_string("nothing", NULL));
  mortise_logf(host, MORTISE_LOG_DEBUG, "%.*s and %600d", MORTISE_PRINT(name), 1);
  return MORTISE_OK;
}

static FfiResult register_stages(void* instance, const MortiseRegistry* registry, MortiseError* error) {
  const char* more = getenv("KIT_TYPED_MORE");
  MortiseStage stage = MORTISE_STAGE(NULL, walk);
  (void)instance;
  stage.id = more;
  return more == NULL ? MORTISE_OK : mortise_register(registry, &stage, error);
}

MORTISE_EXPORT_PLUGIN(MORTISE_THREADS_SAFE, .stages = MORTISE_ITEMS(stages), .init = init, .register_stages = register_stages)
