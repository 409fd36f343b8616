#include "version.h"

#include <stdlib.h>
#include <string.h>

/* What the expressions of `semver` allow at most: digits after the first of a number, characters after the first that is no digit of an identifier. */
#define MAX_DIGITS 256
#define MAX_REST 250

static bool is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}

static bool is_letter_or_hyphen(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '-';
}

bool version_is_identifier(char byte) {
  return is_digit(byte) || is_letter_or_hyphen(byte);
}

static const char* digits_end(const char* at, const char* end, size_t most) {
  while (at < end && most > 0 && is_digit(*at)) at++, most--;
  return at;
}

const char* version_number_end(const char* at, const char* end, bool loose) {
  if (!loose && at < end && *at == '0') return at + 1;
  return digits_end(at, end, loose ? MAX_DIGITS : MAX_DIGITS + 1);
}

static const char* identifier_end(const char* at, const char* end, bool loose) {
  const char* next = digits_end(at, end, MAX_DIGITS);
  if (next == end || !is_letter_or_hyphen(*next)) return version_number_end(at, end, loose);
  next++;
  for (size_t rest = MAX_REST; rest > 0 && next < end && version_is_identifier(*next); rest--) next++;
  return next;
}

const char* version_pre_release_end(const char* at, const char* end, bool loose) {
  const bool hyphen = at < end && *at == '-';
  if (!loose && !hyphen) return at;
  const char* const first = at + (hyphen ? 1 : 0);
  const char* last = identifier_end(first, end, loose);
  if (last == first) {
    if (!loose || !hyphen) return at;
    last = identifier_end(at, end, loose); /* a lone hyphen is an identifier */
  }
  while (last < end && *last == '.') {
    const char* const next = identifier_end(last + 1, end, loose);
    if (next == last + 1) break;
    last = next;
  }
  return last;
}

uint64_t version_number(const char* at, const char* end) {
  uint64_t number = 0;
  for (; at < end && number <= VERSION_MAX_NUMBER; at++) number = number * 10 + (uint64_t)(*at - '0');
  return number;
}

/* `+` and dotted identifiers up to the very end. */
static bool is_build(const char* at, const char* end) {
  while (at < end) {
    const char* const identifier = ++at; /* behind the plus sign, or a dot */
    while (at < end && version_is_identifier(*at)) at++;
    if (at == identifier || (at < end && *at != '.')) return false;
  }
  return true;
}

bool version_read(Version* version, const char* text, size_t length) {
  if (length > VERSION_MAX_LENGTH) return false;
  const char* at = text;
  const char* const end = text + length;
  if (at < end && *at == 'v') at++;
  for (int i = 0; i < 3; i++) {
    const char* const next = version_number_end(at, end, false);
    if (next == at) return false;
    version->numbers[i] = version_number(at, next);
    if (version->numbers[i] > VERSION_MAX_NUMBER) return false;
    at = next;
    if (i == 2) break;
    if (at == end || *at != '.') return false;
    at++;
  }
  const char* const last = version_pre_release_end(at, end, false);
  version->pre_release = last > at ? at + 1 : at;
  version->pre_release_length = (size_t)(last - version->pre_release);
  if (last == end) return true;
  return *last == '+' && last + 1 < end && end[-1] != '.' && is_build(last, end);
}

static int order(bool less, bool more) {
  return less ? -1 : more ? 1 : 0;
}

static bool is_numeric(const char* text, size_t length) {
  return digits_end(text, text + length, length) == text + length;
}

/* As JavaScript takes the digits for a number: beyond 2^53 some neighbours are equal. */
static double as_double(const char* text, size_t length) {
  char digits[VERSION_MAX_LENGTH + 1];
  memcpy(digits, text, length);
  digits[length] = 0;
  return strtod(digits, NULL);
}

static int compare_identifiers(const char* left, size_t left_length, const char* right, size_t right_length) {
  const bool left_numeric = is_numeric(left, left_length);
  const bool right_numeric = is_numeric(right, right_length);
  if (left_numeric != right_numeric) return left_numeric ? -1 : 1;
  if (left_numeric) {
    const double a = as_double(left, left_length);
    const double b = as_double(right, right_length);
    return order(a < b, a > b);
  }
  const size_t shorter = left_length < right_length ? left_length : right_length;
  const int bytes = memcmp(left, right, shorter);
  return bytes != 0 ? order(bytes < 0, true) : order(left_length < right_length, left_length > right_length);
}

static size_t identifier_length(const char* text, size_t length) {
  const char* const dot = memchr(text, '.', length);
  return dot != NULL ? (size_t)(dot - text) : length;
}

static int compare_pre_releases(const char* left, size_t left_length, const char* right, size_t right_length) {
  for (;;) {
    const size_t a = identifier_length(left, left_length);
    const size_t b = identifier_length(right, right_length);
    /* The first pair that differs decides, even where its numbers are equal once JavaScript has rounded them. */
    if (a != b || memcmp(left, right, a) != 0) return compare_identifiers(left, a, right, b);
    if (a == left_length || b == right_length) return order(b < right_length, a < left_length);
    left += a + 1, left_length -= a + 1;
    right += b + 1, right_length -= b + 1;
  }
}

int version_compare(const Version* left, const Version* right) {
  for (int i = 0; i < 3; i++) {
    if (left->numbers[i] != right->numbers[i]) return order(left->numbers[i] < right->numbers[i], true);
  }
  const bool left_is_release = left->pre_release_length == 0;
  const bool right_is_release = right->pre_release_length == 0;
  if (left_is_release || right_is_release) return order(!left_is_release, !right_is_release);
  return compare_pre_releases(left->pre_release, left->pre_release_length, right->pre_release, right->pre_release_length);
}
