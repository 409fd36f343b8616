#include <string.h>

#include "../utf8.h"
#include "check.h"
#include "utf8_model.h"

static void every_code_point(void) {
  for (uint32_t point = 0; point <= 0x110010; point++) {
    unsigned char bytes[4];
    const size_t length = model_encode(point, bytes);
    const bool allowed = point <= 0x10FFFF && !(point >= 0xD800 && point <= 0xDFFF);
    CHECK(utf8_valid((char*)bytes, length) == allowed);
    for (size_t cut = 1; cut < length; cut++) CHECK(utf8_valid_prefix((char*)bytes, cut) == 0);
  }
}

static void every_pair_and_triple(void) {
  for (uint32_t first = 0; first < 256; first++) {
    for (uint32_t second = 0; second < 256; second++) {
      unsigned char bytes[3] = {(unsigned char)first, (unsigned char)second, 0};
      CHECK(utf8_valid_prefix((char*)bytes, 2) == model_valid_prefix(bytes, 2));
      for (uint32_t third = 0x7E; third < 0xC2; third++) {
        bytes[2] = (unsigned char)third;
        CHECK(utf8_valid_prefix((char*)bytes, 3) == model_valid_prefix(bytes, 3));
      }
    }
  }
}

static void named_offenders(void) {
  CHECK(!utf8_valid("\xC0\x80", 2));         /* overlong NUL */
  CHECK(!utf8_valid("\xE0\x80\x80", 3));     /* overlong */
  CHECK(!utf8_valid("\xF0\x8F\xBF\xBF", 4)); /* overlong */
  CHECK(!utf8_valid("\xED\xA0\x80", 3));     /* surrogate */
  CHECK(!utf8_valid("\xED\xBF\xBF", 3));     /* surrogate */
  CHECK(!utf8_valid("\xF4\x90\x80\x80", 4)); /* above U+10FFFF */
  CHECK(!utf8_valid("\xFE", 1));
  CHECK(utf8_valid("", 0));
  CHECK(utf8_valid("a\0b", 3));
}

static void offender_at_every_place(void) {
  char text[64];
  for (size_t length = 1; length <= sizeof text; length++) {
    for (size_t at = 0; at < length; at++) {
      memset(text, 'a', sizeof text);
      text[at] = (char)0x80;
      CHECK(utf8_valid_prefix(text, length) == at);
      if (at + 2 <= length) {
        memcpy(text + at, "\xC3\xA9", 2);
        CHECK(utf8_valid(text, length));
      }
    }
  }
}

int main(void) {
  RUN("accepts every code point but surrogates, and refuses each of them cut off", every_code_point);
  RUN("agrees with a plain decoder on every pair, and on triples around the continuation range", every_pair_and_triple);
  RUN("refuses overlong forms, surrogates and what lies above U+10FFFF", named_offenders);
  RUN("finds an offender at every place, within and behind a run of ASCII", offender_at_every_place);
  return CHECK_RESULT();
}
