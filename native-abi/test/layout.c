/*
 * Prints what a C or a C++ compiler makes of the headers, as JSON: version, structs with the offset and size of each field, enums, the lists
 * behind them, strings and limits. Models of the ABI in other languages are compared with it.
 * Every struct, field, enumerator, id and limit of the headers is named here; check-headers.mjs fails when one is missing.
 */
#include <stdio.h>

#include "mortise.h"
#include "mortise_host.h"
#include "wire.h"

#ifdef __cplusplus
#define ALIGNMENT_OF(type) alignof(type)
#else
#define ALIGNMENT_OF(type) _Alignof(type)
#endif

static const char* comma = "";

static void text(const char* bytes) {
  putchar('"');
  for (; *bytes != '\0'; bytes++) {
    unsigned char byte = (unsigned char)*bytes;
    if (byte == '"' || byte == '\\') {
      printf("\\%c", byte);
    } else if (byte < 0x20 || byte == 0x7f) {
      printf("\\u%04x", byte);
    } else {
      putchar(byte);
    }
  }
  putchar('"');
}

static void key(const char* name) {
  printf("%s\n", comma);
  text(name);
  printf(": ");
  comma = ",";
}

static void open_object(const char* name) {
  key(name);
  putchar('{');
  comma = "";
}

static void close_object(void) {
  putchar('}');
  comma = ",";
}

static void number(const char* name, long long value) {
  key(name);
  printf("%lld", value);
}

static void string(const char* name, const char* value) {
  key(name);
  text(value);
}

static void field(const char* name, size_t offset, size_t size) {
  key(name);
  printf("{\"offset\": %zu, \"size\": %zu}", offset, size);
}

static void open_struct(const char* name, size_t size, size_t alignment) {
  open_object(name);
  number("size", (long long)size);
  number("align", (long long)alignment);
  open_object("fields");
}

static void close_struct(void) {
  close_object();
  close_object();
}

/* STRUCT(type, F(field) F(field) …) */
#define STRUCT(type, fields)                          \
  {                                                   \
    typedef type T;                                   \
    open_struct(#type, sizeof(T), ALIGNMENT_OF(T));    \
    fields                                            \
    close_struct();                                   \
  }
#define F(name) field(#name, offsetof(T, name), sizeof(((T*)0)->name));

/* ENUM(name, E(NAME) E(NAME) …) */
#define ENUM(name, enumerators) \
  {                             \
    open_object(#name);         \
    enumerators                 \
    close_object();             \
  }
#define E(name) number(#name, name);

static void print_structs(void) {
  open_object("structs");

  STRUCT(FfiSlice, F(ptr) F(len))
  STRUCT(FfiVersionRange, F(constraint))
  STRUCT(FfiPluginDependency, F(plugin_name) F(version_constraint) F(required))
  STRUCT(FfiStageRequirement, F(stage_id) F(required) F(provided))
  STRUCT(FfiPluginPriority, F(category) F(value))
  STRUCT(PluginVTable,
         F(instance) F(destroy) F(name) F(free_name) F(version) F(free_version) F(is_core) F(priority)
         F(compatible_api_versions) F(free_compatible_api_versions) F(dependencies) F(free_dependencies)
         F(required_stages) F(free_required_stages) F(conflicts_with) F(free_conflicts_with)
         F(incompatible_with) F(free_incompatible_with) F(init) F(preflight_check) F(register_stages) F(shutdown))

  STRUCT(MortiseText, F(data) F(capacity) F(length))
  STRUCT(MortiseError, F(size) F(code) F(message))
  STRUCT(MortiseValue, F(tag) F(flags) F(as) F(length))
  STRUCT(MortiseField, F(key) F(reserved) F(value))
  STRUCT(MortiseHost,
         F(size) F(abi_major) F(abi_minor) F(app) F(api_version) F(config_dir) F(log_level) F(log) F(config) F(call)
         F(publish) F(service) F(extension))
  STRUCT(MortiseContext,
         F(size) F(mode) F(cancelled) F(host) F(stage_id) F(get) F(set) F(remove) F(next) F(describe))
  STRUCT(MortiseStage,
         F(size) F(flags) F(id) F(name) F(description) F(state) F(execute) F(dry_run) F(destroy))
  STRUCT(MortiseRegistry, F(size) F(reserved) F(host) F(register_stage))
  STRUCT(MortiseRecord,
         F(magic) F(format) F(record_size) F(abi_major) F(abi_minor) F(word) F(language) F(threads) F(reserved)
         F(header_version) F(size_vtable) F(size_slice) F(size_dependency) F(size_stage_requirement) F(size_value)
         F(size_error) F(size_host) F(size_context) F(size_stage) F(size_registry) F(reserved2) F(manifest_length))

  STRUCT(MortiseErrorExtension, F(size) F(reserved) F(last_message))
  STRUCT(MortiseConfigExtension, F(size) F(reserved) F(schema) F(apply))
  STRUCT(MortiseFunction, F(size) F(flags) F(name) F(description) F(arguments_schema) F(result_schema))
  STRUCT(MortiseCall, F(size) F(flags) F(cancelled) F(caller) F(timeout_ns))
  STRUCT(MortiseFunctionsExtension, F(size) F(reserved) F(count) F(describe) F(call) F(free_result))
  STRUCT(MortiseHealthExtension, F(size) F(reserved) F(check))
  STRUCT(MortiseMessage, F(size) F(flags) F(topic) F(from) F(sequence) F(payload))
  STRUCT(MortiseMessagesExtension, F(size) F(reserved) F(topic) F(receive))
  STRUCT(MortiseMetric, F(size) F(kind) F(name) F(help))
  STRUCT(MortiseMetricsExtension, F(size) F(reserved) F(count) F(describe) F(read))
  STRUCT(MortiseResource, F(size) F(access) F(type) F(identifier))
  STRUCT(MortiseResourcesExtension, F(size) F(reserved) F(count) F(describe))
  STRUCT(MortiseService, F(size) F(flags) F(name) F(version) F(table))
  STRUCT(MortiseServicesExtension, F(size) F(reserved) F(count) F(describe))
  STRUCT(MortiseStateExtension, F(size) F(reserved) F(version) F(save) F(free_value) F(restore))

  STRUCT(MortiseImage, F(base) F(range_count) F(path_length) F(ranges) F(path))
  {
    typedef MortiseImage T;
    size_t start = offsetof(T, ranges[0].start);
    open_struct("MortiseImage.ranges[]", sizeof(((T*)0)->ranges[0]), ALIGNMENT_OF(uint64_t));
    field("start", 0, sizeof(((T*)0)->ranges[0].start));
    field("end", offsetof(T, ranges[0].end) - start, sizeof(((T*)0)->ranges[0].end));
    close_struct();
  }
  STRUCT(MortiseStageResult, F(code) F(flags) F(nanoseconds))
  STRUCT(MortiseEntry, F(tag) F(flags) F(key_length) F(writer) F(payload) F(length))
  STRUCT(MortiseNote, F(kind) F(stage) F(code) F(length))
  STRUCT(MortiseStageRecord,
         F(handle) F(state) F(execute) F(dry_run) F(destroy) F(flags) F(id_length) F(name_length) F(description_length))
  STRUCT(MortiseEvent, F(size) F(kind) F(subject) F(count))
  STRUCT(MortiseLogLine, F(stage) F(time_ms) F(level) F(message_length) F(field_count) F(reserved))

  close_object();
}

static void print_enums(void) {
  open_object("enums");

#define LISTED(name, value, ...) E(name)
  ENUM(MortiseResultCode, MORTISE_RESULTS(LISTED))
  ENUM(FfiPriorityCategory, MORTISE_PRIORITIES(LISTED))
  ENUM(MortiseTag, MORTISE_TAGS(LISTED))
  ENUM(MortiseLogLevel, MORTISE_LOG_LEVELS(LISTED))
#undef LISTED
  ENUM(MortiseMode, E(MORTISE_LIVE) E(MORTISE_DRY_RUN))
  ENUM(MortiseStageFlag, E(MORTISE_STAGE_QUICK))
  ENUM(MortiseLanguage,
       E(MORTISE_LANGUAGE_OTHER) E(MORTISE_LANGUAGE_C) E(MORTISE_LANGUAGE_CPP) E(MORTISE_LANGUAGE_RUST))
  ENUM(MortiseThreads, E(MORTISE_THREADS_ONE) E(MORTISE_THREADS_SAFE))
  ENUM(MortiseFunctionFlag, E(MORTISE_FUNCTION_QUICK) E(MORTISE_FUNCTION_IDEMPOTENT))
  ENUM(MortiseHealth, E(MORTISE_HEALTHY) E(MORTISE_HEALTH_WARNING) E(MORTISE_HEALTH_ERROR))
  ENUM(MortiseMetricKind, E(MORTISE_COUNTER) E(MORTISE_GAUGE))
  ENUM(MortiseAccess,
       E(MORTISE_SHARED_READ) E(MORTISE_SHARED_WRITE) E(MORTISE_EXCLUSIVE_WRITE) E(MORTISE_PROVIDES_UNIQUE))
  ENUM(MortiseEntryFlag, E(MORTISE_ENTRY_INLINE) E(MORTISE_ENTRY_REFERENCE) E(MORTISE_ENTRY_REMOVED))
  ENUM(MortiseNoteKind, E(MORTISE_NOTE_ERROR) E(MORTISE_NOTE_DESCRIBE))
  ENUM(MortiseEventKind, E(MORTISE_EVENT_JOB) E(MORTISE_EVENT_LOG) E(MORTISE_EVENT_DROPPED))
  ENUM(MortisePluginState,
       E(MORTISE_PLUGIN_OPENED) E(MORTISE_PLUGIN_REGISTERED) E(MORTISE_PLUGIN_INITIALISED) E(MORTISE_PLUGIN_RUNNING)
       E(MORTISE_PLUGIN_STOPPING) E(MORTISE_PLUGIN_STOPPED))
  ENUM(MortiseStageResultFlag, E(MORTISE_STAGE_NOT_RUN) E(MORTISE_STAGE_NO_DRY_RUN))

  close_object();
}

/* The lists behind the enums: what an enumerator means. */
static void print_lists(void) {
  open_object("lists");

#define NAMED(name_, value_, text_) \
  open_object(#name_);              \
  number("value", value_);          \
  string("text", text_);            \
  close_object();
  ENUM(MORTISE_RESULTS, MORTISE_RESULTS(NAMED))
  ENUM(MORTISE_TAGS, MORTISE_TAGS(NAMED))
  ENUM(MORTISE_LOG_LEVELS, MORTISE_LOG_LEVELS(NAMED))
#undef NAMED

#define BAND(name_, category_, low_, high_) \
  open_object(#name_);                      \
  number("value", category_);               \
  number("low", low_);                      \
  number("high", high_);                    \
  close_object();
  ENUM(MORTISE_PRIORITIES, MORTISE_PRIORITIES(BAND))
#undef BAND

  close_object();
}

#define S(name) string(#name, name);

int main(void) {
  printf("{");

  number("word", (long long)MORTISE_WORD);
  print_structs();
  print_enums();
  print_lists();

  ENUM(strings,
       S(MORTISE_HEADER_VERSION) S(MORTISE_RECORD_MAGIC) S(MORTISE_RECORD_SECTION_NAME) S(MORTISE_EXT_CONFIG) S(MORTISE_EXT_ERROR)
       S(MORTISE_EXT_FUNCTIONS) S(MORTISE_EXT_HEALTH) S(MORTISE_EXT_MESSAGES) S(MORTISE_EXT_METRICS)
       S(MORTISE_EXT_RESOURCES) S(MORTISE_EXT_SERVICES) S(MORTISE_EXT_STATE))
  ENUM(numbers,
       E(MORTISE_ABI_MAJOR) E(MORTISE_ABI_MINOR) E(MORTISE_RECORD_FORMAT) E(MORTISE_MAX_NAME) E(MORTISE_MAX_STRING)
       E(MORTISE_MAX_ITEMS) E(MORTISE_MAX_LOG_LINE) E(MORTISE_MAX_KEY) E(MORTISE_MAX_STAGE_ID) E(MORTISE_MAX_STAGES)
       E(MORTISE_MAX_MANIFEST) E(MORTISE_MAX_VALUE) E(MORTISE_MAX_JSON_DEPTH) E(MORTISE_MIN_MESSAGE) E(MORTISE_KIT_MESSAGE) E(FFI_PRIORITY_DEFAULT) E(MORTISE_FINGERPRINT) E(MORTISE_HOST_REVISION) E(MORTISE_MAX_THREADS) E(MORTISE_LOG_QUEUE)
       E(MORTISE_BY_REFERENCE) E(MORTISE_IMAGE_RANGES))

  printf("}\n");
  return ferror(stdout) != 0;
}
