/* The text of a range on its way to comparators: what `semver` does to it with regular expressions before it looks at any part. */
#ifndef MORTISE_RANGE_TEXT_H
#define MORTISE_RANGE_TEXT_H

#include "range.h"

/* Room for a range, and for what a hyphen range grows by. */
#define RANGE_ROOM (RANGE_MAX_LENGTH + 128)

/* A part of a range: 1, 1.2, 1.x, v1.2.3-pre … It borrows the text. */
typedef struct Partial {
  const char* begin;
  struct {
    const char* begin;
    const char* end; /* empty: missing */
  } parts[3], pre_release; /* without the hyphen */
} Partial;

/* Reads what begins at `at`, blanks and any `v` and `=` before it included. Its end, or NULL: there is none. */
const char* partial_read(Partial* partial, const char* at, const char* end);
/* Whether a part is missing, or x, X or *. */
bool partial_is_any(const Partial* partial, int part);
/* The number of a part that is none of those. */
uint64_t partial_number(const Partial* partial, int part);

/* Copies range to text (RANGE_ROOM bytes) with one space for each run of white space, none at the ends. Its length, or -1: it is too long. */
int range_normalise(char* text, const char* range);

/*
 * Rewrites a part between commas or bars, length bytes in text (RANGE_ROOM bytes), to comparators between spaces: no builds, no hyphen ranges, no space behind an
 * operator. Returns the new length.
 */
size_t range_simplify(char* text, size_t length);

#endif
