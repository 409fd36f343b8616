/* A plugin of the C kit whose init fails with a text of 10 000 bytes, none of whose characters is one byte long. */
#define MORTISE_MANIFEST_NAME FIXTURE_STEM
#define MORTISE_MANIFEST_VERSION "1.0.0"
#include "mortise/kit.h"

static FfiResult init(void* instance, const MortiseHost* host, MortiseError* error) {
  static char text[10001];
  (void)instance;
  (void)host;
  for (size_t at = 0; at + 6 < sizeof text; at += 6) memcpy(text + at, "\xc3\xb6\xf0\x9f\x92\xa5", 7);
  return mortise_fail(error, MORTISE_ERR, text);
}

MORTISE_EXPORT_PLUGIN(MORTISE_THREADS_SAFE, .init = init)
