/* range.c for tests: what host->service asks of it. */
#include <string.h>

#include "range.h"

#define SHOWN __attribute__((visibility("default")))

/* 1: version lies within range, 0: it does not, -1: range is malformed, -2: version is none, and range is well-formed. */
SHOWN int test_range(const char* range, const char* version) {
  static const Version any = {{0, 0, 0}, NULL, 0};
  Version read;
  if (version_read(&read, version, strlen(version))) return range_test(range, &read);
  return range_test(range, &any) == RANGE_MALFORMED ? -1 : -2;
}

/* As version_compare; 2: one is no version. */
SHOWN int test_compare(const char* left, const char* right) {
  Version a, b;
  if (!version_read(&a, left, strlen(left)) || !version_read(&b, right, strlen(right))) return 2;
  return version_compare(&a, &b);
}
