/* Versions and ranges. That they agree with the npm package on thousands of made ones is shown by test/native/ranges.test.ts. */
#include <stdlib.h>
#include <string.h>

#include "../range.h"
#include "check.h"

static bool is_version(const char* text) {
  Version version;
  return version_read(&version, text, strlen(text));
}

static int compare(const char* left, const char* right) {
  Version a;
  Version b;
  CHECK(version_read(&a, left, strlen(left)) && version_read(&b, right, strlen(right)));
  return version_compare(&a, &b);
}

static RangeAnswer test(const char* range, const char* text) {
  Version version;
  CHECK(version_read(&version, text, strlen(text)));
  /* A copy of exactly that size, so that a sanitizer sees a look beyond the end. */
  char* copy = malloc(strlen(range) + 1);
  memcpy(copy, range, strlen(range) + 1);
  const RangeAnswer answer = range_test(copy, &version);
  free(copy);
  return answer;
}

static void versions(void) {
  CHECK(is_version("0.0.0") && is_version("1.2.3-rc.1+b.01") && is_version("v1.2.3") && is_version("1.2.9007199254740991"));
  static const char* const offenders[] = {"", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.3-", "1.2.3-01", "1.2.3-a..b", "1.2.3+", "1.2.3+a..b", "1.2.3+a.",
                                          "1.2.3+a+b", " 1.2.3", "1.2.9007199254740992", "-1.2.3", "1.2.3\xC3\xA9", "vv1.2.3", "=1.2.3"};
  for (size_t i = 0; i < sizeof offenders / sizeof *offenders; i++) CHECK(!is_version(offenders[i]));
  char text[VERSION_MAX_LENGTH + 2];
  memset(text, 'a', sizeof text);
  memcpy(text, "1.2.3-", 6);
  CHECK(!version_read(&(Version){{0}, NULL, 0}, text, VERSION_MAX_LENGTH + 1));
  CHECK(version_read(&(Version){{0}, NULL, 0}, text, VERSION_MAX_LENGTH));
}

static void order(void) {
  static const char* const ascending[] = {"0.0.0-0", "0.0.0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2",
                                          "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.1.0", "2.0.0", "10.0.0"};
  const int count = (int)(sizeof ascending / sizeof *ascending);
  for (int i = 0; i < count; i++) {
    for (int j = 0; j < count; j++) CHECK((compare(ascending[i], ascending[j]) > 0) == (i > j) && (compare(ascending[i], ascending[j]) == 0) == (i == j));
  }
  CHECK(compare("1.0.0+a", "1.0.0+b") == 0);
  CHECK(compare("1.0.0-9007199254740992.a", "1.0.0-9007199254740993.b") == 0); /* one number, for JavaScript */
}

static void ranges(void) {
  static const struct {
    const char *range, *inside, *outside;
  } cases[] = {{"^1.2.3", "1.9.0", "2.0.0"},        {"~1.2.3", "1.2.9", "1.3.0"},          {"1.2 - 1.4", "1.4.9", "1.5.0"},  {">=1, <1.5", "1.4.0", "1.5.0"},
               {"1.x || >=3", "3.1.0", "2.0.0"},    {"^0.0.3", "0.0.3", "0.0.4"},          {"1.2.3", "1.2.3", "1.2.4"},      {"> 1.2", "1.3.0", "1.2.9"},
               {"v1.2.3", "1.2.3+b", "1.2.3-rc"},   {"^1.0.0-rc.1", "1.0.0-rc.2", "1.1.0-rc.1"}, {"", "1.2.3", "1.2.3-rc"},  {"*", "0.0.1", "0.0.1-0"},
               {"~> 1.2", "1.2.5", "1.3.0-0"},      {"<=1.2", "1.2.99", "1.3.0"},          {"\xC2\xA0>=\xE2\x80\x83" "2", "2.0.0", "1.9.9"},
               {"X - *,<2", "1.2.3", "2.0.0"},      {"* - 1\t,1", "1.2.3", "0.9.0"},      {"1 - 2, 1.5 - 3", "1.5.0", "1.4.0"},
               {"1,<1.5||", "1.9.0", "1.9.0-0"},    {"1,<1.5||3,>3.1", "3.2.0", "3.0.0"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    CHECK(test(cases[i].range, cases[i].inside) == RANGE_INSIDE);
    CHECK(test(cases[i].range, cases[i].outside) == RANGE_OUTSIDE);
  }
}

static void offenders(void) {
  static const char* const texts[] = {"latest", "1.2.3.4", "^1.2.3 foo", ">", "1.x.2", "01.2.3", "1,,2", ",1", "1,", ",", "1 |2", "^9007199254740991", "^^1", "1.2.3 - ", "\xFF", "1 || nonsense", "^1 || ||| 2", "||,0", "1 ||, 2", ">=0.0.0,||1.0.0",
                                     "1,|| 2", "<,1.0.0", "~,>=0.0.0-0", "> , 1", "1 -, 2", "1 ,\t, 2", "*, latest"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) CHECK(test(texts[i], "1.2.3") == RANGE_MALFORMED);
}

static void limits(void) {
  char text[RANGE_MAX_LENGTH + 2];
  for (size_t length = RANGE_MAX_LENGTH - 8; length <= RANGE_MAX_LENGTH + 1; length++) {
    memset(text, ' ', length);
    text[length] = 0;
    CHECK(test(text, "1.2.3") == (length <= RANGE_MAX_LENGTH ? RANGE_INSIDE : RANGE_MALFORMED));
    for (size_t i = 0; i + 1 < length; i += 2) memcpy(text + i, "1 ", 2);
    CHECK(test(text, "1.2.3") == (length <= RANGE_MAX_LENGTH ? RANGE_INSIDE : RANGE_MALFORMED));
    /* As long as a hyphen range gets. */
    memset(text, '=', length);
    memcpy(text + length - 5, "1 - 2", 5);
    CHECK(test(text, "1.2.3") == (length <= RANGE_MAX_LENGTH ? RANGE_INSIDE : RANGE_MALFORMED));
  }
}

int main(void) {
  RUN("versions: takes those of semver, and no others", versions);
  RUN("versions: orders them as semver does, without builds", order);
  RUN("ranges: npm's grammar, with commas", ranges);
  RUN("ranges: tells what is malformed", offenders);
  RUN("ranges: 1024 bytes and no more", limits);
  return CHECK_RESULT();
}
