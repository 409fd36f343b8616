#include "values.h"

#include <math.h>
#include <string.h>

#define TEXT(builder, literal) builder((literal), sizeof(literal) - 1)

MortiseValue sample(uint32_t index) {
  static char long_text[70000];
  static const unsigned char bytes[] = {0, 0xFF, 0xC0, 0x80, 0};
  switch (index) {
    case 0: return mortise_null();
    case 1: return mortise_bool(0);
    case 2: return mortise_bool(1);
    case 3: return mortise_int64(INT64_MIN);
    case 4: return mortise_int64(-1);
    case 5: return mortise_int64(INT64_MAX);
    case 6: return mortise_double(0.1);
    case 7: return mortise_double(-0.0);
    case 8: return mortise_double(NAN);
    case 9: return mortise_double(-INFINITY);
    case 10: return mortise_string("", 0);
    case 11: return TEXT(mortise_string, "größer 💥");
    case 12: return TEXT(mortise_string, "a\0b");
    case 13: return mortise_string(NULL, 0);
    case 14: return mortise_bytes(bytes, sizeof bytes);
    case 15: return mortise_bytes(NULL, 0);
    case 16: return TEXT(mortise_json, "{\"a\":[1,null,\"\\u00e9\"]}");
    case 17: return TEXT(mortise_json, "[]");
    case 18: return TEXT(mortise_json, " 1 ");
    default:
      memset(long_text, 'x', sizeof long_text);
      return mortise_string(long_text, sizeof long_text);
  }
}

bool same_value(const MortiseValue* left, const MortiseValue* right) {
  if (left->tag != right->tag || left->flags != 0 || right->flags != 0 || left->length != right->length) return false;
  if (left->tag < MORTISE_STRING) return left->as.bits == right->as.bits;
  return left->length == 0 || memcmp(left->as.data, right->as.data, (size_t)left->length) == 0;
}
