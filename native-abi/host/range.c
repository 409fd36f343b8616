/* Evaluates a range comparator by comparator: all of it is looked at, since one malformed part spoils the whole. */
#include "range.h"

#include <string.h>

#include "range_text.h"

typedef enum Operator { EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL } Operator;

/* What has been found of one alternative: comparators that must all hold. */
typedef struct Alternative {
  const Version* version;
  bool holds;
  bool is_any;  /* every comparator so far takes any version */
  bool allowed; /* a comparator names a pre-release of the same three numbers */
} Alternative;

static bool holds(const Version* version, Operator operator, const Version* bound) {
  const int order = version_compare(version, bound);
  switch (operator) {
    case LESS: return order < 0;
    case LESS_EQUAL: return order <= 0;
    case GREATER: return order > 0;
    case GREATER_EQUAL: return order >= 0;
    default: return order == 0;
  }
}

/* False: a number of the bound is too large. */
static bool require(Alternative* alternative, Operator operator, const Version* bound) {
  for (int i = 0; i < 3; i++) {
    if (bound->numbers[i] > VERSION_MAX_NUMBER) return false;
  }
  alternative->is_any = false;
  alternative->holds &= holds(alternative->version, operator, bound);
  alternative->allowed |=
      bound->pre_release_length > 0 && memcmp(bound->numbers, alternative->version->numbers, sizeof bound->numbers) == 0;
  return true;
}

/* The same for three numbers; from 0.0.0 on is any version. */
static bool require_from(Alternative* alternative, uint64_t major, uint64_t minor, uint64_t patch) {
  const Version bound = {{major, minor, patch}, NULL, 0};
  if (major == 0 && minor == 0 && patch == 0) return true;
  return require(alternative, GREATER_EQUAL, &bound);
}

/* Below the first pre-release of three numbers. */
static bool require_below(Alternative* alternative, uint64_t major, uint64_t minor, uint64_t patch) {
  const Version bound = {{major, minor, patch}, "0", 1};
  return require(alternative, LESS, &bound);
}

/* From the version of a whole partial on, pre-release included. */
static bool require_from_partial(Alternative* alternative, const Partial* partial, const char* end) {
  if (partial->pre_release.begin == NULL) {
    return require_from(alternative, partial_number(partial, 0), partial_number(partial, 1), partial_number(partial, 2));
  }
  Version bound;
  const char* const begin = partial->parts[0].begin;
  return version_read(&bound, begin, (size_t)(end - begin)) && require(alternative, GREATER_EQUAL, &bound);
}

static bool apply_caret(Alternative* alternative, const Partial* partial, const char* end) {
  if (partial_is_any(partial, 0)) return true;
  const uint64_t major = partial_number(partial, 0);
  if (partial_is_any(partial, 1)) return require_from(alternative, major, 0, 0) && require_below(alternative, major + 1, 0, 0);
  const uint64_t minor = partial_number(partial, 1);
  const bool to_patch = !partial_is_any(partial, 2);
  const uint64_t patch = to_patch ? partial_number(partial, 2) : 0;
  const bool from = to_patch ? require_from_partial(alternative, partial, end) : require_from(alternative, major, minor, 0);
  if (!from) return false;
  if (major > 0) return require_below(alternative, major + 1, 0, 0);
  if (minor > 0 || !to_patch) return require_below(alternative, major, minor + 1, 0);
  return require_below(alternative, major, minor, patch + 1);
}

static bool apply_tilde(Alternative* alternative, const Partial* partial, const char* end) {
  if (partial_is_any(partial, 0)) return true;
  const uint64_t major = partial_number(partial, 0);
  if (partial_is_any(partial, 1)) return require_from(alternative, major, 0, 0) && require_below(alternative, major + 1, 0, 0);
  const uint64_t minor = partial_number(partial, 1);
  const bool from = partial_is_any(partial, 2) ? require_from(alternative, major, minor, 0) : require_from_partial(alternative, partial, end);
  return from && require_below(alternative, major, minor + 1, 0);
}

/* An operator before something like 1, 1.x or *. */
static bool apply_wildcard(Alternative* alternative, Operator operator, const Partial* partial) {
  if (partial_is_any(partial, 0)) return (operator != LESS && operator != GREATER) || require_below(alternative, 0, 0, 0);
  const bool any_minor = partial_is_any(partial, 1);
  const uint64_t major = partial_number(partial, 0);
  const uint64_t minor = any_minor ? 0 : partial_number(partial, 1);
  const uint64_t next_major = any_minor ? major + 1 : major;
  const uint64_t next_minor = any_minor ? 0 : minor + 1;
  switch (operator) {
    case LESS: return require_below(alternative, major, minor, 0);
    case LESS_EQUAL: return require_below(alternative, next_major, next_minor, 0);
    case GREATER: return require_from(alternative, next_major, next_minor, 0);
    case GREATER_EQUAL: return require_from(alternative, major, minor, 0);
    default: return require_from(alternative, major, minor, 0) && require_below(alternative, next_major, next_minor, 0);
  }
}

static const char* read_operator(Operator* operator, const char* at, const char* end) {
  const char angle = at < end && (*at == '<' || *at == '>') ? *at++ : 0;
  const bool equal = at < end && *at == '=';
  if (equal) at++;
  *operator = angle == '<' ? (equal ? LESS_EQUAL : LESS) : angle == '>' ? (equal ? GREATER_EQUAL : GREATER) : EQUAL;
  return at;
}

/* A wildcard must not be followed by a number: 1.x.2 means nothing. */
static bool is_ordered(const Partial* partial) {
  const bool any_minor = partial_is_any(partial, 1);
  return (!partial_is_any(partial, 0) || any_minor) && (!any_minor || partial_is_any(partial, 2));
}

/* An operator and a whole version. The first star that is left, with an operator before it, counts for nothing. */
static bool apply_plain(Alternative* alternative, const char* at, const char* end) {
  char text[RANGE_ROOM];
  size_t length = (size_t)(end - at);
  const char* const star = memchr(at, '*', length);
  if (star != NULL) {
    const char* begin = star;
    if (begin > at && begin[-1] == '=') begin--;
    if (begin > at && (begin[-1] == '<' || begin[-1] == '>')) begin--;
    const size_t before = (size_t)(begin - at);
    memcpy(text, at, before);
    memcpy(text + before, star + 1, (size_t)(end - star - 1));
    length = before + (size_t)(end - star - 1);
    at = text;
    end = text + length;
  }
  Operator operator;
  Version bound;
  const char* const version = read_operator(&operator, at, end);
  if (!version_read(&bound, version, (size_t)(end - version))) return false;
  if (length == 7 && memcmp(at, ">=0.0.0", 7) == 0) return true;
  return require(alternative, operator, &bound);
}

static bool apply_comparator(Alternative* alternative, const char* at, const char* end) {
  Partial partial;
  if (*at == '^' && partial_read(&partial, at + 1, end) == end) return apply_caret(alternative, &partial, end);
  if (*at == '~') {
    const char* const begin = at + 1 < end && at[1] == '>' ? at + 2 : at + 1;
    if (partial_read(&partial, begin, end) == end) return apply_tilde(alternative, &partial, end);
  }
  Operator operator;
  const char* const begin = read_operator(&operator, at, end);
  if (partial_read(&partial, begin, end) == end && partial_is_any(&partial, 2) && is_ordered(&partial)) {
    return apply_wildcard(alternative, operator, &partial);
  }
  return apply_plain(alternative, at, end);
}

/* Looks at a part, which is a range without commas and bars. */
static bool apply_part(Alternative* alternative, const char* at, const char* last) {
  char text[RANGE_ROOM];
  const size_t length = (size_t)(last - at);
  memcpy(text, at, length);
  const char* const end = text + range_simplify(text, length);
  for (const char* begin = text; begin < end; begin++) {
    const char* const space = memchr(begin, ' ', (size_t)(end - begin));
    const char* const next = space != NULL ? space : end;
    if (next > begin && !apply_comparator(alternative, begin, next)) return false;
    begin = next;
  }
  return true;
}

/* Looks at all parts between the commas of an alternative. One that is empty is the whole, or malformed. */
static bool apply_alternative(Alternative* alternative, const char* at, const char* end) {
  const bool is_one_part = memchr(at, ',', (size_t)(end - at)) == NULL;
  for (;; at++) {
    const char* const comma = memchr(at, ',', (size_t)(end - at));
    const char* last = comma != NULL ? comma : end;
    while (at < last && *at == ' ') at++;
    while (last > at && last[-1] == ' ') last--;
    if (at == last && !is_one_part) return false;
    if (!apply_part(alternative, at, last)) return false;
    if (comma == NULL) return true;
    at = comma;
  }
}

static const char* find_bars(const char* at, const char* end) {
  for (; at + 1 < end; at++) {
    if (at[0] == '|' && at[1] == '|') return at;
  }
  return end;
}

RangeAnswer range_test(const char* range, const Version* version) {
  char text[RANGE_ROOM];
  const int length = range_normalise(text, range);
  if (length < 0) return RANGE_MALFORMED;
  const char* const end = text + length;
  const bool is_release = version->pre_release_length == 0;
  bool inside = false;
  bool any = false;
  for (const char* at = text;; at += 2) {
    const char* const bars = find_bars(at, end);
    Alternative alternative = {version, true, true, false};
    if (!apply_alternative(&alternative, at, bars)) return RANGE_MALFORMED;
    inside |= alternative.holds && (is_release || alternative.allowed);
    any |= alternative.is_any;
    at = bars;
    if (bars == end) break;
  }
  /* One alternative that takes any version stands for the whole, and such a one takes no pre-release. */
  if (any) inside = is_release;
  return inside ? RANGE_INSIDE : RANGE_OUTSIDE;
}
