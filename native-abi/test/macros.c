/* Uses every macro and inline function of the headers once, in the common subset of C11 and C++11, so that their expansions are compiled too. */
#include "mortise.h"

#include <stdint.h>

MORTISE_RECORD(MORTISE_LANGUAGE_C, MORTISE_THREADS_ONE, "{\"name\":\"macros\"," "\"version\":\"1.0.0\"}");

MORTISE_STATIC_ASSERT(offsetof(struct MortiseRecordWithManifest, manifest) == sizeof(MortiseRecord), "the manifest follows the record");
MORTISE_STATIC_ASSERT(sizeof(mortise_record.manifest) == sizeof("{\"name\":\"macros\",\"version\":\"1.0.0\"}"), "the manifest is whole");
MORTISE_STATIC_ASSERT(sizeof(MORTISE_RECORD_MAGIC) - 1 == sizeof(((MortiseRecord*)0)->magic), "the magic fills its field");
MORTISE_STATIC_ASSERT(sizeof(MORTISE_HEADER_VERSION) <= sizeof(((MortiseRecord*)0)->header_version), "the header version fits");

MORTISE_EXPORT int mortise_test_macros(const MortiseHost* host, const MortiseContext* context, MortiseError* error);

MORTISE_EXPORT int mortise_test_macros(const MortiseHost* host, const MortiseContext* context, MortiseError* error) {
  MortiseValue values[8];
  MortiseText text;
  char bytes[4];
  values[0] = mortise_null();
  values[1] = mortise_bool(2);
  values[2] = mortise_int64(INT64_MIN);
  values[3] = mortise_double(0.5);
  values[4] = mortise_string("a", 1);
  values[5] = mortise_bytes(bytes, sizeof(bytes));
  values[6] = mortise_json("{}", 2);
  values[7] = mortise_data(MORTISE_BYTES, NULL, 0);
  text.data = bytes;
  text.capacity = sizeof(bytes);
  text.length = 0;
  mortise_text_set(&text, "abc\xc3\xa9", 5); /* é does not fit: cut before it */
  if (text.length != 3 || values[1].as.boolean != 1u || values[7].length != 0) return mortise_fail(error, MORTISE_ERR, NULL);
  if (!MORTISE_HAS(host, MortiseHost, extension) || MORTISE_END_OF(MortiseHost, size) != 4) return mortise_fail(error, MORTISE_UNSUPPORTED, "an older host");
  return mortise_cancelled(context) ? MORTISE_CANCELLED : MORTISE_OK;
}
