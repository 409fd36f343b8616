#include <stdlib.h>
#include <string.h>

#include "../json.h"
#include "check.h"
#include "mortise.h"

static bool valid(const char* text) {
  /* A copy of exactly that size, so that a sanitizer sees a look beyond the end. */
  const size_t length = strlen(text);
  char* copy = malloc(length + 1);
  if (copy == NULL) return false;
  memcpy(copy, text, length);
  const bool result = json_valid(copy, length);
  free(copy);
  return result;
}

static void values(void) {
  static const char* const texts[] = {"null", "true", "false", "0", "-0", "10", "-1.5e+10", "1E5", "0.0e-0", "\"\"", "\"a\\u00e9\\n\\\"\"", "\"\\ud800\"",
                                      "[]", "{}", " [ 1 , \"x\" , null ] ", "{\"a\":{\"b\":[{},[],1]},\"a\":2}", "\t\n\r 1 \t\n\r", "\"\x7f\""};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) CHECK(valid(texts[i]));
}

static void offenders(void) {
  static const char* const texts[] = {"", " ", "nul", "nulll", "True", "01", "-", "+1", "1.", ".5", "1e", "1e+", "0x1", "NaN", "Infinity", "\"", "\"\\\"", "\"\\x\"",
                                      "\"\\u12g4\"", "\"\\u12\"", "\"a\nb\"", "'a'", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{", "{\"a\"}", "{\"a\":}", "{\"a\":1,}",
                                      "{a:1}", "{1:1}", "{\"a\" 1}", "{]", "[}", "[1}", "{\"a\":1]", "1 2", "[] []", "{},", "// c\n1", "\357\273\2771"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) CHECK(!valid(texts[i]));
  CHECK(!json_valid("\"\0\"", 3));
  CHECK(!json_valid("1\0", 2));
}

static bool nested(size_t depth, char open, char close) {
  char* text = malloc(2 * depth);
  if (text == NULL) return false;
  memset(text, open, depth);
  memset(text + depth, close, depth);
  const bool result = json_valid(text, 2 * depth);
  free(text);
  return result;
}

static void depth(void) {
  CHECK(nested(1, '[', ']'));
  CHECK(nested(MORTISE_MAX_JSON_DEPTH, '[', ']'));
  CHECK(!nested(MORTISE_MAX_JSON_DEPTH + 1, '[', ']'));
  CHECK(!nested(2, '[', '}'));
}

int main(void) {
  RUN("JSON: takes each kind of value", values);
  RUN("JSON: refuses what is none, cut off, or followed by more", offenders);
  RUN("JSON: counts the depth", depth);
  return CHECK_RESULT();
}
