/* UTF-8 by the book: decode, encode again, compare. Slow, and written independently of utf8.c. */
#ifndef MORTISE_TEST_UTF8_MODEL_H
#define MORTISE_TEST_UTF8_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline size_t model_encode(uint32_t point, unsigned char* bytes) {
  if (point < 0x80) {
    bytes[0] = (unsigned char)point;
    return 1;
  }
  const size_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  const unsigned lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
  for (size_t i = length; i-- > 1; point >>= 6) bytes[i] = (unsigned char)(0x80 | (point & 0x3F));
  bytes[0] = (unsigned char)(lead[length] | point);
  return length;
}

static inline size_t model_valid_prefix(const unsigned char* bytes, size_t length) {
  size_t at = 0;
  while (at < length) {
    const unsigned char lead = bytes[at];
    const size_t size = lead < 0x80 ? 1 : (lead & 0xE0) == 0xC0 ? 2 : (lead & 0xF0) == 0xE0 ? 3 : (lead & 0xF8) == 0xF0 ? 4 : 0;
    if (size == 0 || size > length - at) return at;
    uint32_t point = size == 1 ? lead : lead & (0x7Fu >> size);
    for (size_t i = 1; i < size; i++) point = point << 6 | (bytes[at + i] & 0x3Fu);
    unsigned char again[4];
    if (point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return at;
    if (model_encode(point, again) != size || memcmp(again, bytes + at, size) != 0) return at;
    at += size;
  }
  return at;
}

#endif
