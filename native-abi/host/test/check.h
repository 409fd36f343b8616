/* The whole test framework: CHECK records a failure, RUN prints one line for a case. */
#ifndef MORTISE_TEST_CHECK_H
#define MORTISE_TEST_CHECK_H

#include <stdatomic.h>
#include <stdio.h>

static atomic_int check_failures;
static int check_failed_cases;

#define CHECK(condition)                                                          \
  do {                                                                            \
    if (!(condition)) {                                                           \
      atomic_fetch_add(&check_failures, 1);                                       \
      printf("     %s:%d: CHECK(%s) failed\n", __FILE__, __LINE__, #condition);   \
    }                                                                             \
  } while (0)

static inline void check_run(const char* sentence, void (*body)(void)) {
  atomic_store(&check_failures, 0);
  body();
  const int failed = atomic_load(&check_failures) != 0;
  check_failed_cases += failed;
  printf("%s %s\n", failed ? "FAIL" : "ok  ", sentence);
  fflush(stdout);
}

#define RUN(sentence, body) check_run(sentence, body)

static inline void check_skip(const char* sentence, const char* reason) {
  printf("skip %s: %s\n", sentence, reason);
}

#define CHECK_RESULT() (check_failed_cases == 0 ? 0 : 1)

#endif
