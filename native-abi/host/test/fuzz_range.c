/* Reads nothing beyond the end, and keeps its word: a version lies within itself, OR widens, AND narrows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../range.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

static void check_version(const char* text, size_t length) {
  Version version;
  char exact[VERSION_MAX_LENGTH + 8];
  if (!version_read(&version, text, length)) return;
  if (version_compare(&version, &version) != 0) abort();
  snprintf(exact, sizeof exact, "=%.*s", (int)length, text);
  if (range_test(exact, &version) != RANGE_INSIDE) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const char* const texts[] = {"0.0.0", "1.2.3", "1.2.3-rc.1", "2.0.0-0", "10.0.1"};
  char* range = malloc(size + 1);
  if (range == NULL) return 0;
  if (size > 0) memcpy(range, data, size);
  range[size] = 0;
  check_version(range, strlen(range));
  char* more = malloc(size + 32);
  for (size_t i = 0; more != NULL && i < sizeof texts / sizeof *texts; i++) {
    Version version;
    if (!version_read(&version, texts[i], strlen(texts[i]))) abort();
    const RangeAnswer answer = range_test(range, &version);
    if (strlen(range) > RANGE_MAX_LENGTH && answer != RANGE_MALFORMED) abort();
    if (strlen(range) + 16 > RANGE_MAX_LENGTH) continue;
    snprintf(more, size + 32, "%s || 77.0.0", range);
    if (range_test(more, &version) != answer) abort();
    snprintf(more, size + 32, "%s || %s", range, "not-a-range");
    if (range_test(more, &version) != RANGE_MALFORMED) abort();
  }
  free(more);
  free(range);
  return 0;
}
