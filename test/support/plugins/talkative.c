/* Logs one line in each phase, each time with a field that says which; register_stages fails if FIXTURE_FAIL_REGISTER is set. */
#include "skeleton.h"

static const MortiseHost* own_host;

static void say(const char* phase) {
  MortiseField field = {"where", NULL, mortise_string(phase, strlen(phase))};
  count(own_host->log(own_host, 30, "here I am", SIZE_MAX, &field, 1) == 0 ? "logged" : "not_logged");
}

static FfiResult run(const MortiseContext* context, MortiseError* error) {
  (void)context;
  (void)error;
  say("execute");
  return 0;
}

static const Stage stages[] = {{FIXTURE_STEM ":run", run, 0}, {0}};

static FfiResult register_stages(const MortiseRegistry* registry) {
  own_host = registry->host;
  say("register_stages");
  return getenv("FIXTURE_FAIL_REGISTER") != NULL ? 1 : 0;
}

static FfiResult init(const MortiseHost* host) {
  own_host = host;
  say("init");
  return 0;
}

static FfiResult preflight_check(const MortiseContext* context) {
  (void)context;
  say("preflight_check");
  return 0;
}

static FfiResult shutdown_says(void) {
  say("shutdown");
  return 0;
}

static void destroy(void) {
  say("destroy");
}

FIXTURE(.stages = stages, .register_stages = register_stages, .init = init, .preflight_check = preflight_check, .shutdown = shutdown_says,
        .destroy = destroy)
