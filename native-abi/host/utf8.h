#ifndef MORTISE_UTF8_H
#define MORTISE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Length of the longest prefix that is valid UTF-8 (RFC 3629: no surrogates, no overlong forms, nothing above U+10FFFF). */
size_t utf8_valid_prefix(const char* bytes, size_t length);

static inline bool utf8_valid(const char* bytes, size_t length) {
  return utf8_valid_prefix(bytes, length) == length;
}

#endif
