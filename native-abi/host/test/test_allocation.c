/* Fails the n-th allocation for every n: everything either works or answers MORTISE_OUT_OF_MEMORY, and nothing is lost or leaked. */
#include <stdlib.h>
#include <string.h>

#include "../allocation.h"
#include "check.h"
#include "fixture.h"

#if defined(MORTISE_TEST_ALLOCATION)

static uint8_t buffer[1 << 18];
static char large[100000];

static int ok_or_no_memory(int32_t code) {
  return code == MORTISE_OK || code == MORTISE_OUT_OF_MEMORY;
}

/* Writes until memory fails, and says so. */
static FfiResult writes(void* state, const MortiseContext* context, MortiseError* error) {
  (void)state;
  MortiseValue value;
  char key[32];
  for (int i = 0; i < 150; i++) {
    snprintf(key, sizeof key, "key%d", i);
    value = i % 10 == 9 ? mortise_bytes(large, (size_t)i * 600) : i % 3 == 0 ? mortise_string("text", 4) : mortise_int64(i);
    const FfiResult result = context->set(context, key, &value);
    CHECK(ok_or_no_memory(result));
    const FfiResult found = context->get(context, key, &value);
    CHECK(result != MORTISE_OK || found == MORTISE_OK);
    if (result != MORTISE_OK) return mortise_fail(error, result, "no memory");
  }
  CHECK(ok_or_no_memory(context->remove(context, "key3")));
  const MortiseField field = {"n", NULL, mortise_int64(1)};
  const FfiResult logged = context->host->log(context->host, MORTISE_LOG_INFO, "line", 4, &field, 1);
  CHECK(logged == MORTISE_OK || logged == MORTISE_BUSY);
  return MORTISE_OK;
}

static FfiResult describes(void* state, const MortiseContext* context, MortiseError* error) {
  (void)state, (void)error;
  for (int i = 0; i < 10; i++) CHECK(ok_or_no_memory(context->describe(context, large, 1000)));
  return MORTISE_OK;
}

/* Everything that asks for memory, once. */
static void scenario(MortiseSession* session) {
  int32_t status = -1;
  MortisePlugin* plugin = mortise_plugin_open(session, 1, 0x1234000, "app", "1.0.0", "/", MORTISE_LOG_INFO, &status);
  CHECK(ok_or_no_memory(status) && (plugin != NULL) == (status == MORTISE_OK));
  if (plugin == NULL) return;
  static Entries entries;
  entries.length = 0;
  for (int i = 0; i < 40; i++) {
    char key[16];
    snprintf(key, sizeof key, "key%d", i);
    entries_add(&entries, key, i % 2 ? mortise_int64(i) : mortise_string("some text", 9));
  }
  CHECK(ok_or_no_memory(mortise_plugin_config(plugin, entries.bytes, entries.length)));

  const MortiseRegistry* registry = mortise_registry_open(plugin);
  MortiseStage stage = {(uint32_t)sizeof stage, 0, "test:writes", "Name", "Description", NULL, writes, describes, NULL};
  const FfiResult registered = registry->register_stage(registry, &stage, NULL);
  CHECK(ok_or_no_memory(registered));
  CHECK(mortise_registry_close(plugin) == (registered == MORTISE_OK));

  MortiseStore* store = mortise_store_open(session);
  if (store != NULL) {
    const int32_t written = mortise_store_write(store, entries.bytes, entries.length);
    CHECK(ok_or_no_memory(written));
    CHECK(ok_or_no_memory(mortise_store_put(store, "large", 5, MORTISE_BYTES, large, sizeof large)));
    if (registered == MORTISE_OK) {
      MortiseStageRecord record;
      MortiseStageResult result;
      mortise_registry_stage(plugin, 0, buffer, sizeof buffer);
      memcpy(&record, buffer, sizeof record);
      const uintptr_t handle = (uintptr_t)record.handle;
      const int32_t code = mortise_run(store, &handle, 1, MORTISE_LIVE, &result);
      CHECK(ok_or_no_memory(code));
      const size_t needed = mortise_store_changes(store, buffer, sizeof buffer);
      CHECK(code == MORTISE_OK ? needed > 0 : needed == 0);
      CHECK(ok_or_no_memory(mortise_run(store, &handle, 1, MORTISE_LIVE, &result)));
      CHECK(mortise_run(store, &handle, 1, MORTISE_DRY_RUN, &result) == MORTISE_OK);
      const uint64_t ticket = mortise_submit(session, store, &handle, 1, MORTISE_LIVE);
      int32_t taken = MORTISE_BUSY;
      int32_t job_code = -1;
      while (ticket != 0 && taken == MORTISE_BUSY) {
        taken = mortise_take(session, ticket, &result, 1, &job_code);
        if (taken == MORTISE_BUSY) sleep_ms(1);
      }
      CHECK(ticket == 0 || (taken == MORTISE_OK && ok_or_no_memory(job_code)));
    }
    mortise_store_close(store);
  }
  mortise_plugin_close(plugin);
}

static void every_allocation(void) {
  long n = 0;
  long needed = 0;
  memset(large, 'x', sizeof large);
  do {
    allocation_fail_after(n);
    MortiseSession* session = mortise_session_open();
    if (session != NULL) {
      scenario(session);
      mortise_session_close(session);
    }
    needed = allocation_requests();
    allocation_fail_after(-1);
    n++;
  } while (needed >= n && atomic_load(&check_failures) == 0);
  CHECK(n > 30);
  printf("     %ld allocations failed in turn\n", n - 1);
}

int main(void) {
  RUN("works or answers OUT_OF_MEMORY, whichever allocation fails", every_allocation);
  return CHECK_RESULT();
}

#else

int main(void) {
  check_skip("works or answers OUT_OF_MEMORY, whichever allocation fails", "built without MORTISE_TEST_ALLOCATION");
  return 0;
}

#endif
