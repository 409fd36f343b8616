#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <pthread.h>

#include "check.h"
#include "fixture.h"

static Fixture fixture;
static const MortiseRegistry* registry;
static char message[256];
static size_t page;
static char* guarded; /* one page, then one that cannot be read */

static FfiResult execute(void* state, const MortiseContext* context, MortiseError* error) {
  (void)state, (void)context, (void)error;
  return MORTISE_OK;
}

static void destroy(void* state) {
  (void)state;
}

static FfiResult add(const MortiseStage* stage) {
  MortiseError error = {(uint32_t)sizeof error, MORTISE_OK, {message, sizeof message - 1, 0}};
  const FfiResult result = registry->register_stage(registry, stage, &error);
  message[error.message.length] = 0;
  CHECK((result == MORTISE_OK) == (error.message.length == 0));
  CHECK(error.code == result);
  return result;
}

static MortiseStage stage_named(const char* id) {
  const MortiseStage stage = {(uint32_t)sizeof stage, MORTISE_STAGE_QUICK, id, "Name", "What it does", (void*)1, execute, execute, destroy};
  return stage;
}

static FfiResult add_named(const char* id) {
  const MortiseStage stage = stage_named(id);
  return add(&stage);
}

static void copies_everything(void) {
  char id[] = "space:one";
  char name[] = "First";
  MortiseStage stage = stage_named(id);
  stage.name = name;
  stage.description = NULL;
  CHECK(registry->size == sizeof *registry && registry->host == fixture.host);
  CHECK(add(&stage) == MORTISE_OK);
  memset(id, 'x', 9);
  memset(name, 'x', 5);
  memset(&stage, 0xEE, sizeof stage);
  const uint32_t count = mortise_registry_close(fixture.plugin);
  registry = mortise_registry_open(fixture.plugin);
  uint8_t buffer[256];
  MortiseStageRecord record;
  const size_t needed = mortise_registry_stage(fixture.plugin, count - 1, buffer, 8);
  CHECK(needed == sizeof record + 16 + 8);
  CHECK(mortise_registry_stage(fixture.plugin, count - 1, buffer, sizeof buffer) == needed);
  memcpy(&record, buffer, sizeof record);
  CHECK(record.handle != 0 && record.state == 1 && record.execute == (uintptr_t)execute && record.dry_run == (uintptr_t)execute);
  CHECK(record.destroy == (uintptr_t)destroy && record.flags == MORTISE_STAGE_QUICK);
  CHECK(record.id_length == 9 && record.name_length == 5 && record.description_length == 0);
  CHECK(memcmp(buffer + sizeof record, "space:one\0\0\0\0\0\0\0First\0\0", 24) == 0);
  CHECK(mortise_registry_stage(fixture.plugin, count, buffer, sizeof buffer) == 0);
}

static void refuses_bad_stages(void) {
  MortiseStage stage = stage_named("bad:stage");
  CHECK(add(NULL) == MORTISE_NULL_POINTER);
  CHECK(registry->register_stage(NULL, &stage, NULL) == MORTISE_NULL_POINTER);
  stage.id = NULL;
  CHECK(add(&stage) == MORTISE_NULL_POINTER);
  stage = stage_named("bad:stage");
  stage.execute = NULL;
  CHECK(add(&stage) == MORTISE_NULL_POINTER);
  stage = stage_named("bad:stage");
  stage.flags = 2;
  CHECK(add(&stage) == MORTISE_INVALID_DATA);
  stage = stage_named("bad:stage");
  stage.size = MORTISE_END_OF(MortiseStage, execute) - 1;
  CHECK(add(&stage) == MORTISE_INVALID_DATA);
  CHECK(strstr(message, "size") != NULL);
  stage.size = 0;
  CHECK(add(&stage) == MORTISE_INVALID_DATA);
  MortiseError tiny = {MORTISE_END_OF(MortiseError, message) - 1, MORTISE_OK, {message, 1, 0}};
  stage = stage_named("bad:stage");
  CHECK(registry->register_stage(registry, &stage, &tiny) == MORTISE_INVALID_DATA);
  CHECK(add((const MortiseStage*)(uintptr_t)8) == MORTISE_INVALID_DATA);
  stage.id = (const char*)(uintptr_t)8;
  CHECK(add(&stage) == MORTISE_INVALID_DATA);
  stage = stage_named("bad:stage");
  stage.name = (const char*)(uintptr_t)8;
  CHECK(add(&stage) == MORTISE_INVALID_DATA);
  stage.name = "\xC0\x80";
  CHECK(add(&stage) == MORTISE_UTF8_ERROR);
  stage.name = NULL;
  stage.description = "\xED\xA0\x80";
  CHECK(add(&stage) == MORTISE_UTF8_ERROR);
  char* text = malloc(65538);
  memset(text, 'd', 65537);
  text[65537] = 0;
  stage.description = text;
  CHECK(add(&stage) == MORTISE_TOO_LARGE);
  text[65536] = 0;
  CHECK(add(&stage) == MORTISE_OK);
  free(text);
  CHECK(add(&stage) != MORTISE_OK);
}

static void checks_ids(void) {
  const char* const bad[] = {"", ":", "a", "a:", ":b", "a:b:c", "A:b", "a:B", "a:b c", ".a:b", "a:-b", "a/b:c", "a:b\n"};
  const char* const good[] = {"a:b", "0:1", "a.b-c_d:e.f-g_h", "mortise.text:upper"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) CHECK(add_named(bad[i]) == MORTISE_INVALID_DATA);
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) CHECK(add_named(good[i]) == MORTISE_OK);
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) CHECK(add_named(good[i]) == MORTISE_EXISTS);
  CHECK(add_named("a:\xC3") == MORTISE_UTF8_ERROR);
  CHECK(add_named("a:\xC3\xA9") == MORTISE_INVALID_DATA);
  char id[131] = "a:";
  memset(id + 2, 'b', 127);
  id[129] = 0;
  CHECK(add_named(id) == MORTISE_TOO_LARGE);
  id[128] = 0;
  CHECK(add_named(id) == MORTISE_OK);
}

/* Puts the first `size` bytes of stage as near to the end of the readable page as alignment allows; what is left of the last word is filled. */
static const MortiseStage* at_the_edge(MortiseStage stage, uint32_t size) {
  char* place = guarded + page - (size + sizeof(void*) - 1) / sizeof(void*) * sizeof(void*);
  stage.size = size;
  memset(guarded + page - sizeof(void*), 0xEE, sizeof(void*));
  memcpy(place, &stage, size < sizeof stage ? size : sizeof stage);
  return (const MortiseStage*)(void*)place;
}

static void never_reads_past_the_size(void) {
  uint8_t buffer[512];
  MortiseStageRecord record;
  char id[16] = "edge:0";
  for (uint32_t size = 0; size <= sizeof(MortiseStage); size++) {
    if (size < 4) continue;
    snprintf(id, sizeof id, "edge:%u", size);
    const FfiResult result = add(at_the_edge(stage_named(id), size));
    if (size < MORTISE_END_OF(MortiseStage, execute)) {
      CHECK(result == MORTISE_INVALID_DATA);
      continue;
    }
    CHECK(result == MORTISE_OK);
    const uint32_t count = mortise_registry_close(fixture.plugin);
    registry = mortise_registry_open(fixture.plugin);
    mortise_registry_stage(fixture.plugin, count - 1, buffer, sizeof buffer);
    memcpy(&record, buffer, sizeof record);
    CHECK((record.dry_run != 0) == (size >= MORTISE_END_OF(MortiseStage, dry_run)));
    CHECK((record.destroy != 0) == (size >= MORTISE_END_OF(MortiseStage, destroy)));
  }
  /* The size promises more than there is. */
  const MortiseStage stage = stage_named("edge:cut");
  char* place = guarded + page - 40;
  memcpy(place, &stage, 40);
  CHECK(add((const MortiseStage*)(void*)place) == MORTISE_INVALID_DATA);
  CHECK(add((const MortiseStage*)(void*)(guarded + page - 2)) == MORTISE_INVALID_DATA);
  CHECK(add((const MortiseStage*)(void*)(guarded + page)) == MORTISE_INVALID_DATA);
  /* Strings that run into the guard. */
  MortiseStage open_end = stage_named("edge:open");
  memset(guarded + page - 8, 'a', 8);
  open_end.id = guarded + page - 8;
  CHECK(add(&open_end) == MORTISE_INVALID_DATA);
  open_end.id = "edge:open";
  open_end.description = guarded + page - 8;
  CHECK(add(&open_end) == MORTISE_INVALID_DATA);
  guarded[page - 1] = 0;
  CHECK(add(&open_end) == MORTISE_OK);
  /* A later contract's longer stage. */
  struct {
    MortiseStage stage;
    char more[64];
  } longer = {stage_named("edge:longer"), {0}};
  longer.stage.size = (uint32_t)sizeof longer;
  CHECK(add(&longer.stage) == MORTISE_OK);
}

static void* from_another_thread(void* stage) {
  CHECK(registry->register_stage(registry, stage, NULL) == MORTISE_WRONG_STATE);
  return NULL;
}

static void only_during_registration(void) {
  MortiseStage stage = stage_named("late:stage");
  pthread_t thread;
  pthread_create(&thread, NULL, from_another_thread, &stage);
  pthread_join(thread, NULL);
  mortise_registry_close(fixture.plugin);
  CHECK(add(&stage) == MORTISE_WRONG_STATE);
  registry = mortise_registry_open(fixture.plugin);
  CHECK(add(&stage) == MORTISE_OK);
}

static void up_to_the_limit(void) {
  char id[32];
  uint32_t count = mortise_registry_close(fixture.plugin);
  registry = mortise_registry_open(fixture.plugin);
  for (; count < MORTISE_MAX_STAGES; count++) {
    snprintf(id, sizeof id, "many:%u", count);
    CHECK(add_named(id) == MORTISE_OK);
  }
  CHECK(add_named("many:more") == MORTISE_TOO_LARGE);
  CHECK(mortise_registry_close(fixture.plugin) == MORTISE_MAX_STAGES);
}

int main(void) {
  page = (size_t)sysconf(_SC_PAGESIZE);
  guarded = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(guarded + page, page, PROT_NONE);
  fixture_open(&fixture);
  registry = mortise_registry_open(fixture.plugin);
  RUN("copies a stage with its strings", copies_everything);
  RUN("refuses missing, unreadable, too long and malformed parts, and says which", refuses_bad_stages);
  RUN("takes ids of the form namespace:stage only, each once", checks_ids);
  RUN("never reads past the size of a stage, nor past an unreadable page", never_reads_past_the_size);
  RUN("answers WRONG_STATE outside a registration and from other threads", only_during_registration);
  RUN("takes 1024 stages", up_to_the_limit);
  fixture_close(&fixture);
  munmap(guarded, 2 * page);
  return CHECK_RESULT();
}
