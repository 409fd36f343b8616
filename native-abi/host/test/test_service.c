/* Services: who offers what, who finds it, and who must not. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../allocation.h"
#include "check.h"
#include "fixture.h"

static MortiseSession* session;
static int doorbell;
static uintptr_t next_base = 0x9900000;
static const uint32_t table_a[2] = {8, 1};
static const uint32_t table_b[2] = {8, 2};

/* An initialised plugin of a group. */
static MortisePlugin* plugin_in(uint32_t group) {
  int32_t status = -1;
  MortisePlugin* plugin = mortise_plugin_open(session, group, next_base += 0x1000, "app", "1.0.0", "/", MORTISE_LOG_INFO, &status);
  if (plugin == NULL) abort();
  mortise_plugin_state(plugin, MORTISE_PLUGIN_INITIALISED);
  return plugin;
}

static int32_t offer(MortisePlugin* plugin, const char* name, const char* version, const void* table) {
  uint64_t holder = 0;
  return mortise_service_offer(plugin, name, version, (uintptr_t)table, &holder);
}

static FfiResult find(MortisePlugin* plugin, const char* name, const char* range, const void** table) {
  const MortiseHost* host = mortise_plugin_host(plugin);
  return host->service(host, name, range, table);
}

static void highest_within_the_range(void) {
  MortisePlugin* first = plugin_in(1);
  MortisePlugin* second = plugin_in(1);
  MortisePlugin* finder = plugin_in(1);
  const void* table = NULL;
  CHECK(find(finder, "store", NULL, &table) == MORTISE_NOT_FOUND && table == NULL);
  CHECK(offer(first, "store", "1.2.0", table_a) == MORTISE_OK);
  CHECK(offer(second, "store", "1.10.0", table_b) == MORTISE_OK);
  CHECK(offer(second, "store", "2.0.0-rc.1", table_b) == MORTISE_OK);
  CHECK(find(finder, "store", "^1.0.0", &table) == MORTISE_OK && table == table_b);
  CHECK(find(finder, "store", "<1.10", &table) == MORTISE_OK && table == table_a);
  CHECK(find(finder, "store", "", &table) == MORTISE_OK && table == table_b);
  CHECK(find(finder, "store", "^3", &table) == MORTISE_NOT_FOUND && table == NULL);
  CHECK(find(finder, "store", "nonsense", &table) == MORTISE_INVALID_DATA);
  CHECK(find(finder, "other", "nonsense", &table) == MORTISE_INVALID_DATA);
  CHECK(find(finder, "Store", NULL, &table) == MORTISE_NOT_FOUND);
  CHECK(find(finder, "store", NULL, NULL) == MORTISE_NULL_POINTER);
  mortise_plugin_close(finder);
  mortise_plugin_close(second);
  mortise_plugin_close(first);
}

static void not_for_those_who_run_already(void) {
  MortisePlugin* offerer = plugin_in(1);
  MortisePlugin* running = plugin_in(1);
  MortisePlugin* starting = plugin_in(1);
  const void* table = NULL;
  mortise_plugin_state(running, MORTISE_PLUGIN_RUNNING);
  CHECK(offer(offerer, "store", "1.0.0", table_a) == MORTISE_OK);
  CHECK(find(running, "store", NULL, &table) == MORTISE_NOT_FOUND && table == NULL);
  CHECK(find(starting, "store", NULL, &table) == MORTISE_OK && table == table_a);
  CHECK(find(offerer, "store", NULL, &table) == MORTISE_OK);
  mortise_plugin_state(offerer, MORTISE_PLUGIN_RUNNING);
  CHECK(find(running, "store", NULL, &table) == MORTISE_OK && table == table_a);
  mortise_plugin_close(starting);
  mortise_plugin_close(running);
  mortise_plugin_close(offerer);
}

static void one_of_each_name_and_version(void) {
  MortisePlugin* first = plugin_in(1);
  MortisePlugin* second = plugin_in(1);
  uint64_t holder = 1;
  CHECK(mortise_service_offer(first, "store", "1.0.0", (uintptr_t)table_a, &holder) == MORTISE_OK && holder == 0);
  CHECK(mortise_service_offer(second, "store", "1.0.0", (uintptr_t)table_b, &holder) == MORTISE_EXISTS && holder == (uintptr_t)first);
  CHECK(mortise_service_offer(first, "store", "1.0.0", (uintptr_t)table_b, &holder) == MORTISE_EXISTS && holder == (uintptr_t)first);
  CHECK(offer(second, "store", "1.0.0+build", table_b) == MORTISE_OK);
  CHECK(offer(second, "store", "1.0", table_b) == MORTISE_INVALID_DATA);
  CHECK(offer(second, "store", "v1.0.0", table_b) == MORTISE_INVALID_DATA);
  mortise_service_withdraw(first);
  CHECK(offer(second, "store", "1.0.0", table_b) == MORTISE_OK);
  mortise_plugin_close(first);
  mortise_plugin_close(second);
}

static void groups_are_apart(void) {
  MortisePlugin* offerer = plugin_in(1);
  MortisePlugin* stranger = plugin_in(2);
  const void* table;
  CHECK(offer(offerer, "store", "1.0.0", table_a) == MORTISE_OK);
  CHECK(find(stranger, "store", NULL, &table) == MORTISE_NOT_FOUND);
  CHECK(offer(stranger, "store", "1.0.0", table_b) == MORTISE_OK);
  CHECK(find(stranger, "store", NULL, &table) == MORTISE_OK && table == table_b);
  CHECK(find(offerer, "store", NULL, &table) == MORTISE_OK && table == table_a);
  MortiseSession* mine = session;
  session = mortise_session_open();
  MortisePlugin* elsewhere = plugin_in(1);
  CHECK(find(elsewhere, "store", NULL, &table) == MORTISE_NOT_FOUND);
  mortise_session_close(session);
  session = mine;
  mortise_plugin_close(offerer);
  mortise_plugin_close(stranger);
}

static void end_with_the_plugin(void) {
  MortisePlugin* offerer = plugin_in(1);
  MortisePlugin* finder = plugin_in(1);
  const void* table;
  uint64_t used[2] = {0, 0};
  CHECK(offer(offerer, "store", "1.0.0", table_a) == MORTISE_OK);
  CHECK(mortise_plugin_uses(finder, used, 2) == 0);
  CHECK(find(finder, "store", NULL, &table) == MORTISE_OK);
  CHECK(find(finder, "store", NULL, &table) == MORTISE_OK);
  CHECK(mortise_plugin_uses(finder, used, 2) == 1 && used[0] == (uintptr_t)offerer && used[1] == 0);
  CHECK(mortise_plugin_uses(finder, NULL, 0) == 1);
  mortise_plugin_state(offerer, MORTISE_PLUGIN_STOPPING);
  CHECK(find(finder, "store", NULL, &table) == MORTISE_NOT_FOUND);
  CHECK(offer(offerer, "store", "1.0.0", table_a) == MORTISE_CANCELLED);
  CHECK(mortise_plugin_uses(finder, used, 2) == 1);
  mortise_plugin_state(finder, MORTISE_PLUGIN_STOPPING);
  CHECK(mortise_plugin_uses(finder, used, 2) == 1); /* inside its shutdown it may use the table still */
  mortise_plugin_state(finder, MORTISE_PLUGIN_STOPPED);
  CHECK(mortise_plugin_uses(finder, used, 2) == 0);
  mortise_plugin_close(finder);
  mortise_plugin_close(offerer);

  offerer = plugin_in(1);
  finder = plugin_in(1);
  CHECK(offer(offerer, "store", "1.0.0", table_a) == MORTISE_OK && find(finder, "store", NULL, &table) == MORTISE_OK);
  mortise_plugin_close(offerer);
  CHECK(mortise_plugin_uses(finder, used, 2) == 0);
  CHECK(find(finder, "store", NULL, &table) == MORTISE_NOT_FOUND);
  mortise_plugin_close(finder);
}

static void no_circles(void) {
  MortisePlugin* plugins[4];
  const void* table;
  char name[2] = "a";
  for (int i = 0; i < 4; i++, name[0]++) {
    plugins[i] = plugin_in(1);
    CHECK(offer(plugins[i], name, "1.0.0", table_a) == MORTISE_OK);
  }
  CHECK(find(plugins[0], "a", NULL, &table) == MORTISE_OK); /* its own */
  CHECK(find(plugins[0], "b", NULL, &table) == MORTISE_OK);
  CHECK(find(plugins[1], "a", NULL, &table) == MORTISE_DENIED && table == NULL);
  CHECK(find(plugins[1], "c", NULL, &table) == MORTISE_OK);
  CHECK(mortise_plugin_needs(plugins[2], plugins[3]) == MORTISE_OK);
  CHECK(mortise_plugin_needs(plugins[2], plugins[2]) == MORTISE_OK);
  CHECK(find(plugins[2], "a", NULL, &table) == MORTISE_DENIED);
  CHECK(find(plugins[3], "a", NULL, &table) == MORTISE_DENIED); /* over a service, a service and a dependency */
  CHECK(find(plugins[3], "c", NULL, &table) == MORTISE_DENIED);
  CHECK(find(plugins[0], "d", NULL, &table) == MORTISE_OK);
  uint64_t used[4];
  CHECK(mortise_plugin_uses(plugins[3], used, 4) == 0 && mortise_plugin_uses(plugins[2], used, 4) == 0);
  CHECK(mortise_plugin_uses(plugins[0], used, 4) == 2);
  CHECK(find(plugins[2], "d", NULL, &table) == MORTISE_OK); /* what it needs it may use */
  CHECK(mortise_plugin_uses(plugins[2], used, 4) == 1);
  mortise_plugin_close(plugins[0]); /* nobody is left that stands above */
  CHECK(find(plugins[3], "b", NULL, &table) == MORTISE_DENIED);
  mortise_plugin_close(plugins[1]);
  mortise_plugin_close(plugins[2]);
  CHECK(find(plugins[3], "d", NULL, &table) == MORTISE_OK);
  mortise_plugin_close(plugins[3]);
}

static void without_memory(void) {
#if defined(MORTISE_TEST_ALLOCATION)
  MortisePlugin* offerer = plugin_in(1);
  MortisePlugin* finder = plugin_in(1);
  const void* table;
  uint64_t used[1];
  allocation_fail_after(0);
  CHECK(offer(offerer, "store", "1.0.0", table_a) == MORTISE_OUT_OF_MEMORY);
  allocation_fail_after(-1);
  CHECK(offer(offerer, "store", "1.0.0", table_a) == MORTISE_OK);
  allocation_fail_after(0);
  CHECK(find(finder, "store", NULL, &table) == MORTISE_OUT_OF_MEMORY && table == NULL);
  CHECK(mortise_plugin_needs(finder, offerer) == MORTISE_OUT_OF_MEMORY);
  allocation_fail_after(-1);
  CHECK(mortise_plugin_uses(finder, used, 1) == 0);
  CHECK(find(finder, "store", NULL, &table) == MORTISE_OK);
  mortise_plugin_close(offerer);
  mortise_plugin_close(finder);
#endif
}

/* A thread with a session of its own, beside another one that does the same, and one that asks where it must not. */
static void* lives_elsewhere(void* strange_) {
  const MortiseHost* strange = strange_;
  for (int i = 0; i < 200; i++) {
    int32_t status;
    uint64_t holder;
    const void* table;
    MortiseSession* own = mortise_session_open();
    const uintptr_t base = 0xA000000 + (uintptr_t)&status % 0x1000000;
    MortisePlugin* offerer = mortise_plugin_open(own, 1, base, "app", "1.0.0", "/", MORTISE_LOG_INFO, &status);
    MortisePlugin* finder = mortise_plugin_open(own, 1, base + 1, "app", "1.0.0", "/", MORTISE_LOG_INFO, &status);
    const MortiseHost* host = mortise_plugin_host(finder);
    mortise_plugin_state(offerer, MORTISE_PLUGIN_RUNNING);
    mortise_plugin_state(finder, MORTISE_PLUGIN_RUNNING);
    CHECK(mortise_service_offer(offerer, "store", "1.0.0", (uintptr_t)table_b, &holder) == MORTISE_OK);
    CHECK(host->service(host, "store", "^1", &table) == MORTISE_OK && table == table_b);
    CHECK(strange->service(strange, "store", "^1", &table) == MORTISE_WRONG_STATE);
    mortise_session_close(own);
  }
  return NULL;
}

static void many_threads(void) {
  MortisePlugin* offerer = plugin_in(1);
  MortisePlugin* finder = plugin_in(1);
  const void* table;
  pthread_t threads[3];
  for (int i = 0; i < 3; i++) pthread_create(&threads[i], NULL, lives_elsewhere, (void*)(uintptr_t)mortise_plugin_host(finder));
  for (int i = 0; i < 500; i++) {
    CHECK(offer(offerer, "store", "1.0.0", table_a) == MORTISE_OK);
    CHECK(find(finder, "store", "^1.0.0", &table) == MORTISE_OK && table == table_a);
    mortise_service_withdraw(offerer);
  }
  for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
  mortise_plugin_close(finder);
  mortise_plugin_close(offerer);
}

int main(void) {
  char name[128];
  session = mortise_session_open();
  if (session == NULL) return 1;
  mortise_session_doorbell(session, &doorbell, name, sizeof name);
  RUN("services: finds the highest version within the range", highest_within_the_range);
  RUN("services: are found by a plugin that runs once the one that offers them does", not_for_those_who_run_already);
  RUN("services: takes each name and version once, and says who has it", one_of_each_name_and_version);
  RUN("services: keeps groups and sessions apart", groups_are_apart);
  RUN("services: go with the plugin that offers them, and the use with the one that found them", end_with_the_plugin);
  RUN("services: refuses what would close a circle, at any remove", no_circles);
  RUN("services: change nothing where there is no memory", without_memory);
  RUN("services: stand apart on many threads", many_threads);
  mortise_session_close(session);
  return CHECK_RESULT();
}
