/*
 * Uses the service `log` of the shipped plugin logging, which it depends on. Counters, from init: code:^1 and code:^2, what the look-up with that range
 * answers. Stage :write writes a line. Stage :keep starts a thread that writes lines beyond the end of both plugins, which it may not: until it was answered
 * otherwise than with MORTISE_OK, and 20 times more (counters late:cancelled, late:other, late:done), or for 10 s.
 */
#include "skeleton.h"

#include <pthread.h>

#include "../../../c-plugins/logging/include/mortise_logging.h"

static const MortiseLogService* service;

static FfiResult write_line(const MortiseContext* context, MortiseError* error) {
  (void)context;
  FfiResult code = service->write(MORTISE_LOG_INFO, FIXTURE_STEM, "in a stage");
  return code == MORTISE_OK ? MORTISE_OK : mortise_fail(error, code, "write failed");
}

static void* write_lines(void* argument) {
  const MortiseLogService* kept = argument;
  int after = 0;
  for (int64_t end = now_ms() + 10000; after < 20 && now_ms() < end; sleep_ms(2)) {
    FfiResult code = kept->write(MORTISE_LOG_INFO, FIXTURE_STEM, "from a late thread");
    if (code == MORTISE_OK && after == 0) continue;
    count(code == MORTISE_CANCELLED ? "late:cancelled" : "late:other");
    after++;
  }
  count("late:done");
  return NULL;
}

static FfiResult keep(const MortiseContext* context, MortiseError* error) {
  pthread_t thread;
  (void)context;
  if (pthread_create(&thread, NULL, write_lines, (void*)(uintptr_t)service) != 0) return mortise_fail(error, MORTISE_ERR, "no thread");
  pthread_detach(thread);
  return MORTISE_OK;
}

static FfiResult init(const MortiseHost* host) {
  const void* table = NULL;
  note("code:^2", host->service(host, MORTISE_LOG_SERVICE, "^2", &table));
  FfiResult code = host->service(host, MORTISE_LOG_SERVICE, "^1", &table);
  note("code:^1", code);
  service = table;
  return code == MORTISE_OK ? MORTISE_OK : MORTISE_ERR;
}

static const FfiPluginDependency dependencies[] = {{"logging", "^1.0.0", true}};
static const Stage stages[] = {{FIXTURE_STEM ":write", write_line, MORTISE_STAGE_QUICK}, {FIXTURE_STEM ":keep", keep, 0}, {0}};

FIXTURE(.dependencies = SLICE(dependencies), .stages = stages, .init = init)
