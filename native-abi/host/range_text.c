#include "range_text.h"

#include <stdio.h>
#include <string.h>

/* ---- white space ---- */

/* Bytes of the white space, as JavaScript knows it, that begins at `at`; 0: there is none. text ends in NUL. */
static size_t space_length(const char* at) {
  static const char* const wide[] = {"\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\xA8", "\xE2\x80\xA9",
                                     "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80", "\xEF\xBB\xBF"};
  if (*at == ' ' || (*at >= '\t' && *at <= '\r')) return 1;
  for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
    if (strncmp(at, wide[i], strlen(wide[i])) == 0) return strlen(wide[i]);
  }
  /* U+2000 to U+200A */
  const unsigned char* const bytes = (const unsigned char*)at;
  return bytes[0] == 0xE2 && bytes[1] == 0x80 && bytes[2] >= 0x80 && bytes[2] <= 0x8A ? 3 : 0;
}

int range_normalise(char* text, const char* range) {
  int length = 0;
  bool spaced = false;
  const char* at = range;
  while (*at != 0) {
    const size_t space = space_length(at);
    if (space == 0) {
      if (spaced && length > 0) text[length++] = ' ';
      text[length++] = *at;
    }
    spaced = space > 0;
    at += space > 0 ? space : 1;
    if (at - range > RANGE_MAX_LENGTH) return -1;
  }
  return length;
}

/* ---- parts ---- */

static bool is_prefix(char byte) {
  return byte == 'v' || byte == '=' || byte == ' ';
}

static bool is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}

static bool is_wildcard(char byte) {
  return byte == 'x' || byte == 'X' || byte == '*';
}

static const char* part_end(const char* at, const char* end) {
  return at < end && is_wildcard(*at) ? at + 1 : version_number_end(at, end, false);
}

const char* partial_read(Partial* partial, const char* at, const char* end) {
  memset(partial, 0, sizeof *partial);
  partial->begin = at;
  while (at < end && is_prefix(*at)) at++;
  for (int i = 0; i < 3; i++) {
    const char* const begin = i == 0 ? at : at + 1;
    if (i > 0 && (at == end || *at != '.')) return at;
    const char* const next = part_end(begin, end);
    if (next == begin) return i == 0 ? NULL : at;
    partial->parts[i].begin = begin;
    partial->parts[i].end = at = next;
  }
  const char* const last = version_pre_release_end(at, end, false);
  if (last > at) {
    partial->pre_release.begin = at + 1;
    partial->pre_release.end = last;
  }
  return last;
}

bool partial_is_any(const Partial* partial, int part) {
  const char* const begin = partial->parts[part].begin;
  return begin == NULL || is_wildcard(*begin);
}

uint64_t partial_number(const Partial* partial, int part) {
  return version_number(partial->parts[part].begin, partial->parts[part].end);
}

/* ---- builds ---- */

static const char* identifiers_end(const char* at, const char* end) {
  while (at < end && version_is_identifier(*at)) at++;
  return at;
}

/* Removes every `+` with the dotted identifiers behind it, wherever it stands. */
static size_t strip_builds(char* text, size_t length) {
  const char* const end = text + length;
  char* out = text;
  for (const char* at = text; at < end;) {
    const char* last = *at == '+' ? identifiers_end(at + 1, end) : at;
    if (last <= at + 1) {
      *out++ = *at++;
      continue;
    }
    while (last < end && *last == '.' && identifiers_end(last + 1, end) > last + 1) last = identifiers_end(last + 1, end);
    at = last;
  }
  return (size_t)(out - text);
}

/* ---- hyphen ranges ---- */

static int print_lower(char* out, size_t room, const Partial* from, const char* end) {
  if (partial_is_any(from, 0)) return 0;
  const unsigned long long major = partial_number(from, 0);
  if (partial_is_any(from, 1)) return snprintf(out, room, ">=%llu.0.0", major);
  if (partial_is_any(from, 2)) return snprintf(out, room, ">=%llu.%llu.0", major, (unsigned long long)partial_number(from, 1));
  return snprintf(out, room, ">=%.*s", (int)(end - from->begin), from->begin);
}

static int print_upper(char* out, size_t room, const Partial* to, const char* end) {
  if (partial_is_any(to, 0)) return 0;
  const unsigned long long major = partial_number(to, 0);
  if (partial_is_any(to, 1)) return snprintf(out, room, "<%llu.0.0-0", major + 1);
  if (partial_is_any(to, 2)) return snprintf(out, room, "<%llu.%llu.0-0", major, (unsigned long long)partial_number(to, 1) + 1);
  const char* const begin = to->pre_release.begin != NULL ? to->parts[0].begin : to->begin;
  return snprintf(out, room, "<=%.*s", (int)(end - begin), begin);
}

/* `1.2 - 3` becomes `>=1.2.0 <4.0.0-0`, if all of the text is such a range. */
static size_t replace_hyphen(char* text, size_t length) {
  const char* const end = text + length;
  Partial from;
  Partial to;
  const char* const from_end = partial_read(&from, text + (length > 0 && *text == ' '), end);
  if (from_end == NULL || end - from_end < 3 || memcmp(from_end, " - ", 3) != 0) return length;
  const char* const to_end = partial_read(&to, from_end + 3, end);
  if (to_end == NULL || (to_end < end && (*to_end != ' ' || to_end + 1 < end))) return length;
  char copy[RANGE_ROOM];
  const int lower = print_lower(copy, sizeof copy, &from, from_end);
  const bool both = lower > 0 && !partial_is_any(&to, 0);
  if (both) copy[lower] = ' ';
  const size_t written = (size_t)lower + both;
  const size_t total = written + (size_t)print_upper(copy + written, sizeof copy - written, &to, to_end);
  memcpy(text, copy, total);
  return total;
}

/* ---- spaces behind operators ---- */

static const char* loose_version_end(const char* at, const char* end) {
  const char* next = at;
  for (int i = 0; i < 3; i++) {
    const char* const number = next;
    next = version_number_end(number, end, true);
    if (next == number) return at;
    if (i == 2) break;
    if (next == end || *next != '.') return at;
    next++;
  }
  return version_pre_release_end(next, end, true);
}

/* The space between the operator and the version of the match that begins at `at`, or NULL. */
static const char* space_behind_operator(const char* at, const char* end) {
  if (*at == ' ') at++;
  if (at < end && (*at == '<' || *at == '>')) at++;
  if (at < end && *at == '=') at++;
  return at < end && *at == ' ' ? at : NULL;
}

/* `> 1.2` becomes `>1.2`. Whole versions are passed over, so that what ends one is not taken for the beginning of another. */
static size_t join_operators(char* text, size_t length) {
  const char* const end = text + length;
  const char* copied = text;
  const char* at = text;
  char* out = text;
  while (at < end) {
    const char* const match = at;
    if (*at == '<' || *at == '>') at++;
    else if (!is_prefix(*at) && !is_digit(*at) && !is_wildcard(*at)) {
      at++;
      continue;
    }
    while (at < end && is_prefix(*at)) at++;
    if (at == end || (!is_digit(*at) && !is_wildcard(*at))) continue;
    const char* const space = space_behind_operator(match, end);
    if (space != NULL) {
      memmove(out, copied, (size_t)(space - copied));
      out += space - copied;
      copied = space + 1;
    }
    const char* const version = loose_version_end(at, end);
    Partial partial;
    at = version > at ? version : partial_read(&partial, at, end);
  }
  memmove(out, copied, (size_t)(end - copied));
  return (size_t)(out - text) + (size_t)(end - copied);
}

/* `~ 1.2` and `~> 1.2` become `~1.2`; `^ 1.2` becomes `^1.2`. */
static size_t join_tildes_and_carets(char* text, size_t length) {
  size_t out = 0;
  for (size_t at = 0; at < length; at++) {
    text[out++] = text[at];
    size_t space = at + 1;
    if (text[at] != '~' && text[at] != '^') continue;
    if (text[at] == '~' && space < length && text[space] == '>') space++;
    if (space < length && text[space] == ' ') at = space;
  }
  return out;
}

size_t range_simplify(char* text, size_t length) {
  length = strip_builds(text, length);
  length = replace_hyphen(text, length);
  length = join_operators(text, length);
  return join_tildes_and_carets(text, length);
}
