/* Uses every macro and function of the kit for C once, so that their expansions are compiled too. */
#define MORTISE_MANIFEST_NAME "kit"
#define MORTISE_MANIFEST_VERSION "1.0.0"
#include "mortise/kit.h"

static FfiResult options(const MortiseHost* host, MortiseError* error) {
  bool truth = false;
  int64_t integer = 0;
  double number = 0;
  MortiseView text = mortise_view("default");
  MortiseValue value;
  MortiseValue payload = mortise_bool(true);
  const void* table;
  MORTISE_TRY(mortise_option(host, "", &value, error));
  MORTISE_TRY(mortise_option_bool(host, "bool", &truth, error));
  MORTISE_TRY(mortise_option_int64(host, "int64", &integer, error));
  MORTISE_TRY(mortise_option_double(host, "double", &number, error));
  MORTISE_TRY(mortise_option_string(host, "string", &text, error));
  MORTISE_TRY(mortise_option_json(host, "json", &text, error));
  MORTISE_TRY(mortise_find_service(host, "log", "^1", &table, error));
  MORTISE_TRY(mortise_publish(host, "topic", &payload, error));
  MORTISE_TRY(mortise_call(host, "function", &payload, 1, 0, &value, error));
  if (!mortise_logs(host, MORTISE_LOG_DEBUG)) return mortise_failf(error, MORTISE_ERR, "%s, %s", mortise_code_name(MORTISE_ERR), mortise_code_text(MORTISE_ERR));
  MORTISE_LOG(host, MORTISE_LOG_INFO, "without fields");
  MORTISE_LOG(mortise_host(), MORTISE_LOG_INFO, "with fields", mortise_field("tag", payload), mortise_field_bool("bool", truth), mortise_field_int64("int64", integer),
              mortise_field_double("double", number), mortise_field_string("string", NULL), mortise_field_view("view", text));
  mortise_logf(host, MORTISE_LOG_WARN, "%.*s", MORTISE_PRINT(text));
  return MORTISE_OK;
}

static FfiResult use_context(void* state, const MortiseContext* context, MortiseError* error) {
  bool truth;
  int64_t integer;
  double number;
  MortiseView text;
  MortiseView bytes;
  MortiseView json;
  MortiseValue value;
  const char* key;
  size_t cursor = 0;
  (void)state;
  MORTISE_TRY(mortise_find(context, "any", &value, error));
  MORTISE_TRY(mortise_get(context, "any", &value, error));
  MORTISE_TRY(mortise_get_bool(context, "bool", &truth, error));
  MORTISE_TRY(mortise_get_int64(context, "int64", &integer, error));
  MORTISE_TRY(mortise_get_double(context, "double", &number, error));
  MORTISE_TRY(mortise_get_string(context, "string", &text, error));
  MORTISE_TRY(mortise_get_bytes(context, "bytes", &bytes, error));
  MORTISE_TRY(mortise_get_json(context, "json", &json, error));
  for (;;) {
    MORTISE_TRY(mortise_each(context, &cursor, &key, &value, error));
    if (key == NULL) break;
    if (mortise_view_is(text, key) || mortise_cancelled(context)) return mortise_fail(error, MORTISE_CANCELLED, mortise_tag_name(value.tag));
  }
  MORTISE_TRY(mortise_set(context, "any", value, error));
  MORTISE_TRY(mortise_set_null(context, "null", error));
  MORTISE_TRY(mortise_set_bool(context, "bool", truth, error));
  MORTISE_TRY(mortise_set_int64(context, "int64", integer, error));
  MORTISE_TRY(mortise_set_double(context, "double", number, error));
  MORTISE_TRY(mortise_set_string(context, "string", text.data, text.length, error));
  MORTISE_TRY(mortise_set_bytes(context, "bytes", bytes.data, bytes.length, error));
  MORTISE_TRY(mortise_set_json(context, "json", "{}", SIZE_MAX, error));
  MORTISE_TRY(mortise_set_format(context, "format", error, "%d", 1));
  return mortise_remove(context, "any", error);
}

static FfiResult describe_it(void* state, const MortiseContext* context, MortiseError* error) {
  (void)state;
  if (!mortise_is_dry_run(context)) return MORTISE_WRONG_STATE;
  MORTISE_TRY(mortise_describef(context, error, "%d keys", 1));
  return mortise_describe(context, "and more", error);
}

static void destroy_it(void* state) {
  (void)state;
  mortise_stage_destroy_failed("kit:use", "%d left", 1);
}

static FfiResult use_arguments(void* state, const MortiseArguments* arguments, MortiseReturn* result, MortiseError* error) {
  bool truth;
  int64_t integer;
  double number;
  MortiseView text;
  MortiseView bytes;
  MortiseView json;
  MortiseValue value;
  (void)state;
  MORTISE_TRY(mortise_arguments_between(arguments, 1, 6, error));
  MORTISE_TRY(mortise_arguments_count(arguments, 6, error));
  MORTISE_TRY(mortise_argument(arguments, 0, &value, error));
  MORTISE_TRY(mortise_argument_bool(arguments, 0, &truth, error));
  MORTISE_TRY(mortise_argument_int64(arguments, 1, &integer, error));
  MORTISE_TRY(mortise_argument_double(arguments, 2, &number, error));
  MORTISE_TRY(mortise_argument_string(arguments, 3, &text, error));
  MORTISE_TRY(mortise_argument_bytes(arguments, 4, &bytes, error));
  MORTISE_TRY(mortise_argument_json(arguments, 5, &json, error));
  MORTISE_TRY(mortise_return_null(result));
  MORTISE_TRY(mortise_return_bool(result, truth));
  MORTISE_TRY(mortise_return_int64(result, integer));
  MORTISE_TRY(mortise_return_double(result, number));
  MORTISE_TRY(mortise_return_copy(result, mortise_string(text.data, text.length), error));
  MORTISE_TRY(mortise_return_taken(result, mortise_bytes(malloc(1), 1), NULL, error));
  MORTISE_TRY(mortise_return_format(result, error, "%d bytes", (int)(bytes.length + json.length)));
  return mortise_return_static(result, mortise_string("static", 6));
}

/* What gcc says of variables that it cannot see to be set, it says of these too. */
static FfiResult parse(const char* text, int* out, MortiseError* error) {
  MortiseOrigin origin = {"the member", "x", 0};
  if (*text == '\0') return mortise_failf(error, MORTISE_INVALID_DATA, "%s is empty", "x");
  if (*text != 'x') return mortise_fail_at(error, MORTISE_INVALID_DATA, origin, "must be x, but is %s", text);
  *out = 1;
  return MORTISE_OK;
}

static FfiResult create(void** instance, MortiseError* error) {
  int number;
  MORTISE_TRY(parse("x", &number, error));
  *instance = number > 0 ? (void*)instance : NULL;
  return MORTISE_OK;
}

static FfiResult register_stages(void* instance, const MortiseRegistry* registry, MortiseError* error) {
  MortiseStage stage = MORTISE_STAGE("kit:more", use_context);
  stage.state = instance;
  return mortise_register(registry, &stage, error);
}

static FfiResult init(void* instance, const MortiseHost* host, MortiseError* error) {
  (void)instance;
  return options(host, error);
}

static FfiResult preflight(void* instance, const MortiseContext* context, MortiseError* error) { return use_context(instance, context, error); }

static FfiResult end(void* instance, MortiseError* error) {
  (void)instance;
  (void)error;
  return MORTISE_OK;
}

static const MortiseStage stages[] = {
    MORTISE_STAGE("kit:bare", use_context),
    MORTISE_STAGE("kit:use", use_context, .name = "Use", .description = "Uses it", .dry_run = describe_it, .destroy = destroy_it, .flags = MORTISE_STAGE_QUICK),
};
static const MortiseCallable functions[] = {
    MORTISE_FUNCTION("bare", use_arguments),
    MORTISE_FUNCTION("use", use_arguments, .description = "Uses it", .arguments_schema = "{}", .result_schema = "{}", .flags = MORTISE_FUNCTION_IDEMPOTENT),
};
static const struct {
  uint32_t size;
} table = {sizeof table};
static const MortiseService services[] = {MORTISE_SERVICE("com.example.kit", "1.0.0", &table)};
static const MortiseResource resources[] = {MORTISE_RESOURCE("port", "8080", MORTISE_PROVIDES_UNIQUE)};
static const MortiseExtension extensions[] = {MORTISE_EXTENSION("com.example.thing/1", &table)};
static const FfiPluginDependency dependencies[] = {{"logging", "^1.0.0", true}};
static const FfiStageRequirement required_stages[] = {{"logging:note", true, false}, {"kit:more", false, true}};
static const char* const conflicts[] = {"tenon"};
static const FfiPluginDependency incompatible[] = {{"old", "<2", false}};
static const FfiVersionRange versions[] = {{"^1"}, {"^2"}};

MORTISE_EXPORT_PLUGIN(MORTISE_THREADS_SAFE, .stages = MORTISE_ITEMS(stages), .functions = MORTISE_ITEMS(functions), .services = MORTISE_ITEMS(services),
                      .resources = MORTISE_ITEMS(resources), .extensions = MORTISE_ITEMS(extensions), .dependencies = MORTISE_ITEMS(dependencies),
                      .required_stages = MORTISE_ITEMS(required_stages), .conflicts_with = MORTISE_ITEMS(conflicts), .incompatible_with = MORTISE_ITEMS(incompatible),
                      .compatible_api_versions = MORTISE_ITEMS(versions), .priority = MORTISE_PRIORITY(FFI_PRIORITY_CORE, 60), .is_core = true, .create = create,
                      .register_stages = register_stages, .init = init, .preflight = preflight, .shutdown = end, .destroy = end)
