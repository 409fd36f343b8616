/*
 * Offers a service under its own name in version 1.0.0, and looks for one: in init the one that FIXTURE_FIND names, as "name" or "name range"; in its quick
 * stage :find and its slow stage :find-elsewhere the one that the keys `service` and `range` of the context name. The stages set `code` and `answer`.
 * Counters: code, answer (the function of the table, called at once), stopped (the same, called in shutdown). FIXTURE_NEEDS names an optional dependency.
 */
#include "skeleton.h"

typedef struct Store {
  uint32_t size;
  uint32_t reserved;
  int64_t (*answer)(void);
} Store;

static int64_t answer(void) {
  return 7;
}

static const Store own = {sizeof own, 0, answer};
static const Store* found;
static const MortiseHost* own_host;

static FfiResult find(const char* name, const char* range) {
  const void* table = &own;
  FfiResult code = own_host->service(own_host, name, range, &table);
  note("code", code);
  if (code == MORTISE_OK) found = table;
  note("answer", code == MORTISE_OK ? found->answer() : -2);
  return code;
}

static uint32_t service_count(const void* instance) {
  (void)instance;
  return 1;
}

static FfiResult describe(const void* instance, uint32_t index, MortiseService* service) {
  (void)instance;
  (void)index;
  service->name = FIXTURE_STEM;
  service->version = "1.0.0";
  service->table = &own;
  return 0;
}

static const MortiseServicesExtension services = {sizeof services, 0, service_count, describe};

const void* mortise_plugin_extension(const char* id) {
  return strcmp(id, MORTISE_EXT_SERVICES) == 0 ? &services : NULL;
}

static FfiResult run(const MortiseContext* context, MortiseError* error) {
  MortiseValue name, range;
  FfiResult code = context->get(context, "service", &name);
  if (code != 0) return mortise_fail(error, code, "`service` is missing");
  code = find(name.as.data, context->get(context, "range", &range) == 0 ? range.as.data : NULL);
  set_int64(context, "answer", code == 0 ? found->answer() : -2);
  return set_int64(context, "code", code);
}

static const Stage stages[] = {{FIXTURE_STEM ":find", run, MORTISE_STAGE_QUICK}, {FIXTURE_STEM ":find-elsewhere", run, 0}, {0}};

static FfiResult init(const MortiseHost* host) {
  static char name[128];
  const char* wanted = getenv("FIXTURE_FIND");
  own_host = host;
  found = NULL;
  if (wanted == NULL) return 0;
  snprintf(name, sizeof name, "%s", wanted);
  char* blank = strchr(name, ' ');
  if (blank != NULL) *blank++ = '\0';
  find(name, blank);
  return 0;
}

static FfiResult shutdown_uses(void) {
  const void* table = &own;
  if (found != NULL) note("stopped", found->answer());
  note("late", own_host->service(own_host, FIXTURE_STEM, NULL, &table));
  return 0;
}

#ifdef FIXTURE_NEEDS
static const FfiPluginDependency dependencies[] = {{FIXTURE_NEEDS, NULL, false}};
FIXTURE(.dependencies = SLICE(dependencies), .stages = stages, .init = init, .shutdown = shutdown_uses)
#else
FIXTURE(.stages = stages, .init = init, .shutdown = shutdown_uses)
#endif
