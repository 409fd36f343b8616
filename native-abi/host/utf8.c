#include "utf8.h"

#include <stdint.h>
#include <string.h>

static inline bool continues(unsigned char byte) {
  return (byte & 0xC0u) == 0x80u;
}

/* Length of the sequence that starts at bytes, 0 if it is malformed or cut off. The lead byte narrows the range of the second one:
 * that is where overlong forms (E0, F0), surrogates (ED) and values above U+10FFFF (F4) are refused. */
static size_t sequence(const unsigned char* bytes, size_t left) {
  const unsigned char lead = bytes[0];
  if (lead < 0x80) return 1;
  if (lead < 0xC2) return 0;
  if (lead < 0xE0) return left >= 2 && continues(bytes[1]) ? 2 : 0;
  if (lead < 0xF0) {
    if (left < 3 || !continues(bytes[2])) return 0;
    const unsigned char low = lead == 0xE0 ? 0xA0 : 0x80;
    const unsigned char high = lead == 0xED ? 0x9F : 0xBF;
    return bytes[1] >= low && bytes[1] <= high ? 3 : 0;
  }
  if (lead < 0xF5) {
    if (left < 4 || !continues(bytes[2]) || !continues(bytes[3])) return 0;
    const unsigned char low = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned char high = lead == 0xF4 ? 0x8F : 0xBF;
    return bytes[1] >= low && bytes[1] <= high ? 4 : 0;
  }
  return 0;
}

size_t utf8_valid_prefix(const char* text, size_t length) {
  const unsigned char* bytes = (const unsigned char*)text;
  size_t at = 0;
  while (at < length) {
    /* Text is mostly ASCII: sixteen bytes at a time while no high bit is set. */
    while (length - at >= 16) {
      uint64_t words[2];
      memcpy(words, bytes + at, 16);
      if (((words[0] | words[1]) & UINT64_C(0x8080808080808080)) != 0) break;
      at += 16;
    }
    if (at == length) break;
    const size_t step = sequence(bytes + at, length - at);
    if (step == 0) break;
    at += step;
  }
  return at;
}
