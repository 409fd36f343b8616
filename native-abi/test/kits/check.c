#include "check.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MORTISE_ASAN
#elif __has_feature(thread_sanitizer)
#define MORTISE_TSAN
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define MORTISE_ASAN
#elif defined(__SANITIZE_THREAD__)
#define MORTISE_TSAN
#endif

#if defined(MORTISE_ASAN) || defined(MORTISE_TSAN)
/* Of sanitizer/allocator_interface.h and sanitizer/lsan_interface.h, which not every compiler installs. */
extern size_t __sanitizer_get_current_allocated_bytes(void);
#endif
#if defined(MORTISE_ASAN) && !defined(__APPLE__)
extern int __lsan_do_recoverable_leak_check(void);
#endif

static char title[512];
static atomic_int problems;
static int failed_cases;

void case_begin(const char* sentence, ...) {
  va_list arguments;
  va_start(arguments, sentence);
  vsnprintf(title, sizeof title, sentence, arguments);
  va_end(arguments);
  atomic_store(&problems, 0);
}

static void say(const char* word) {
  printf("%s %s\n", word, title);
  fflush(stdout);
}

void case_end(void) {
#if defined(MORTISE_ASAN) && !defined(__APPLE__)
  CHECK(__lsan_do_recoverable_leak_check() == 0);
#endif
  const bool failed = atomic_load(&problems) != 0;
  failed_cases += failed;
  say(failed ? "FAIL" : "ok  ");
}

int cases_failed(void) {
  return failed_cases;
}

void check_that(bool holds, const char* file, int line, const char* condition) {
  if (holds) return;
  atomic_fetch_add(&problems, 1);
  printf("     %s:%d: CHECK(%s) failed in \"%s\"\n", file, line, condition, title);
}

void check_text(const char* wanted, const char* found, const char* file, int line) {
  if (strcmp(wanted, found) == 0) return;
  atomic_fetch_add(&problems, 1);
  printf("     %s:%d: in \"%s\"\n       wanted: %s\n       found:  %s\n", file, line, title, wanted, found);
}

size_t allocated_bytes(void) {
#if defined(MORTISE_ASAN) || defined(MORTISE_TSAN)
  return __sanitizer_get_current_allocated_bytes();
#else
  return 0;
#endif
}
