/*
 * Reads texts, each behind its length as 4 bytes (little-endian), and answers each with a line: what json_read makes of it, written again as JSON by the functions
 * of the reader alone, or `invalid`. Strings that are no Unicode text become `"lone surrogate"`, numbers that no double holds `"too large"`.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/reader.h"

static void print_string(const struct JsonValue* value) {
  /* As large as it may become and not a byte more, for the sanitizer. */
  char* bytes = malloc(value->length);
  size_t length = 0;
  if (bytes == NULL || json_decode(value, bytes, value->length - 2, &length) != JSON_DECODED) {
    printf("\"lone surrogate\"");
  } else {
    putchar('"');
    for (size_t index = 0; index < length; index++) {
      unsigned char byte = (unsigned char)bytes[index];
      if (byte < 0x20 || byte == '"' || byte == '\\') {
        printf("\\u%04x", byte);
      } else {
        putchar(byte);
      }
    }
    putchar('"');
  }
  free(bytes);
}

static void print_value(const struct JsonValue* value) {
  double number = 0;
  struct JsonItems items = json_items(value);
  struct JsonValue name;
  struct JsonValue item;
  bool first = true;
  switch (value->kind) {
    case JSON_NULL: printf("null"); break;
    case JSON_FALSE: printf("false"); break;
    case JSON_TRUE: printf("true"); break;
    case JSON_STRING: print_string(value); break;
    case JSON_NUMBER:
      if (!json_number(value, &number)) {
        printf("\"too large\"");
      } else {
        printf("%.17g", number);
      }
      break;
    default:
      putchar(value->kind == JSON_OBJECT ? '{' : '[');
      for (; json_next(&items, &name, &item); first = false) {
        if (!first) putchar(',');
        if (value->kind == JSON_OBJECT) {
          print_string(&name);
          putchar(':');
        }
        print_value(&item);
      }
      putchar(value->kind == JSON_OBJECT ? '}' : ']');
      break;
  }
}

int main(void) {
  unsigned char head[4];
  while (fread(head, 1, sizeof head, stdin) == sizeof head) {
    size_t length = (size_t)head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
    char* text = malloc(length > 0 ? length : 1);
    struct JsonValue value;
    if (text == NULL || fread(text, 1, length, stdin) != length) return 1;
    if (json_read(text, length, &value)) {
      print_value(&value);
    } else {
      printf("invalid");
    }
    putchar('\n');
    free(text);
  }
  return 0;
}
