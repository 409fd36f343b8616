#include "reader.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct Scanner {
  const char* at;
  const char* end;
};

static bool take(struct Scanner* scanner, char wanted) {
  if (scanner->at == scanner->end || *scanner->at != wanted) return false;
  scanner->at++;
  return true;
}

static void skip_space(struct Scanner* scanner) {
  while (take(scanner, ' ') || take(scanner, '\t') || take(scanner, '\n') || take(scanner, '\r')) continue;
}

static bool take_word(struct Scanner* scanner, const char* word) {
  size_t length = strlen(word);
  if ((size_t)(scanner->end - scanner->at) < length || memcmp(scanner->at, word, length) != 0) return false;
  scanner->at += length;
  return true;
}

static bool take_digits(struct Scanner* scanner) {
  const char* begin = scanner->at;
  while (scanner->at < scanner->end && *scanner->at >= '0' && *scanner->at <= '9') scanner->at++;
  return scanner->at != begin;
}

static bool take_number(struct Scanner* scanner) {
  take(scanner, '-');
  if (!take(scanner, '0') && !take_digits(scanner)) return false;
  if (take(scanner, '.') && !take_digits(scanner)) return false;
  if (!take(scanner, 'e') && !take(scanner, 'E')) return true;
  if (!take(scanner, '+')) take(scanner, '-');
  return take_digits(scanner);
}

static int hex_digit(char character) {
  if (character >= '0' && character <= '9') return character - '0';
  if (character >= 'a' && character <= 'f') return character - 'a' + 10;
  if (character >= 'A' && character <= 'F') return character - 'A' + 10;
  return -1;
}

static bool take_hex(struct Scanner* scanner, uint32_t* unit) {
  *unit = 0;
  for (int digit = 0; digit < 4; digit++) {
    int value = scanner->at < scanner->end ? hex_digit(*scanner->at) : -1;
    if (value < 0) return false;
    *unit = *unit << 4 | (uint32_t)value;
    scanner->at++;
  }
  return true;
}

static bool take_string(struct Scanner* scanner) {
  uint32_t unit;
  if (!take(scanner, '"')) return false;
  while (scanner->at < scanner->end) {
    unsigned char byte = (unsigned char)*scanner->at++;
    if (byte == '"') return true;
    if (byte < 0x20) return false;
    if (byte != '\\') continue;
    if (scanner->at == scanner->end) return false;
    char escape = *scanner->at++;
    if (escape == 'u' ? !take_hex(scanner, &unit) : escape == '\0' || strchr("\"\\/bfnrt", escape) == NULL) return false;
  }
  return false;
}

static bool take_value(struct Scanner* scanner, struct JsonValue* value, int depth);

/* Behind the opening bracket. */
static bool take_items(struct Scanner* scanner, char close, int depth) {
  struct JsonValue item;
  skip_space(scanner);
  if (take(scanner, close)) return true;
  do {
    skip_space(scanner);
    if (close == '}') {
      if (!take_string(scanner)) return false;
      skip_space(scanner);
      if (!take(scanner, ':')) return false;
      skip_space(scanner);
    }
    if (!take_value(scanner, &item, depth + 1)) return false;
    skip_space(scanner);
  } while (take(scanner, ','));
  return take(scanner, close);
}

static bool take_kind(struct Scanner* scanner, enum JsonKind* kind, int depth) {
  if (scanner->at == scanner->end) return false;
  switch (*scanner->at) {
    case 'n': *kind = JSON_NULL; return take_word(scanner, "null");
    case 'f': *kind = JSON_FALSE; return take_word(scanner, "false");
    case 't': *kind = JSON_TRUE; return take_word(scanner, "true");
    case '"': *kind = JSON_STRING; return take_string(scanner);
    case '[': *kind = JSON_ARRAY; scanner->at++; return depth < JSON_DEPTH && take_items(scanner, ']', depth);
    case '{': *kind = JSON_OBJECT; scanner->at++; return depth < JSON_DEPTH && take_items(scanner, '}', depth);
    default: *kind = JSON_NUMBER; return take_number(scanner);
  }
}

static bool take_value(struct Scanner* scanner, struct JsonValue* value, int depth) {
  value->text = scanner->at;
  if (!take_kind(scanner, &value->kind, depth)) return false;
  value->length = (size_t)(scanner->at - value->text);
  return true;
}

bool json_read(const char* text, size_t length, struct JsonValue* value) {
  struct Scanner scanner = {text, text + length};
  skip_space(&scanner);
  if (!take_value(&scanner, value, 0)) return false;
  skip_space(&scanner);
  return scanner.at == scanner.end;
}

struct JsonItems json_items(const struct JsonValue* container) {
  struct JsonItems items = {container->text, container->text, container->kind == JSON_OBJECT};
  if (container->kind == JSON_ARRAY || container->kind == JSON_OBJECT) {
    items.at = container->text + 1;
    items.end = container->text + container->length - 1;
  }
  return items;
}

/* The text was read before: what is taken here is there. */
bool json_next(struct JsonItems* items, struct JsonValue* name, struct JsonValue* value) {
  struct Scanner scanner = {items->at, items->end};
  skip_space(&scanner);
  if (scanner.at == scanner.end) return false;
  if (take(&scanner, ',')) skip_space(&scanner);
  if (items->named) {
    if (!take_value(&scanner, name, 0)) return false;
    skip_space(&scanner);
    take(&scanner, ':');
    skip_space(&scanner);
  }
  if (!take_value(&scanner, value, 0)) return false;
  items->at = scanner.at;
  return true;
}

static size_t encode(uint32_t point, char* bytes) {
  if (point < 0x80) {
    bytes[0] = (char)point;
    return 1;
  }
  size_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  for (size_t index = length - 1; index > 0; index--) {
    bytes[index] = (char)(0x80u | (point & 0x3Fu));
    point >>= 6;
  }
  static const unsigned char first[] = {0, 0, 0xC0, 0xE0, 0xF0};
  bytes[0] = (char)(first[length] | point);
  return length;
}

/* Behind the backslash. Writes up to 4 bytes; 0: a lone surrogate. */
static size_t decode_escape(struct Scanner* scanner, char* bytes) {
  static const char letters[] = "bfnrt";
  static const char meanings[] = "\b\f\n\r\t";
  char escape = *scanner->at++;
  uint32_t point = 0;
  uint32_t low = 0;
  if (escape != 'u') {
    const char* letter = strchr(letters, escape);
    bytes[0] = letter != NULL ? meanings[letter - letters] : escape;
    return 1;
  }
  take_hex(scanner, &point);
  if (point < 0xD800 || point > 0xDFFF) return encode(point, bytes);
  if (point > 0xDBFF || !take_word(scanner, "\\u")) return 0;
  take_hex(scanner, &low);
  if (low < 0xDC00 || low > 0xDFFF) return 0;
  return encode(0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00), bytes);
}

enum JsonDecoded json_decode(const struct JsonValue* value, char* bytes, size_t capacity, size_t* length) {
  struct Scanner scanner = {value->text + 1, value->text + value->length - 1};
  size_t used = 0;
  while (scanner.at < scanner.end) {
    char character[4];
    size_t size = 1;
    if (*scanner.at == '\\') {
      scanner.at++;
      size = decode_escape(&scanner, character);
      if (size == 0) return JSON_LONE_SURROGATE;
    } else {
      character[0] = *scanner.at++;
    }
    if (size > capacity - used) return JSON_NO_ROOM;
    memcpy(bytes + used, character, size);
    used += size;
  }
  *length = used;
  return JSON_DECODED;
}

bool json_is(const struct JsonValue* value, const char* text) {
  char bytes[63];
  size_t length = 0;
  if (value->kind != JSON_STRING || json_decode(value, bytes, sizeof bytes, &length) != JSON_DECODED) return false;
  return length == strlen(text) && memcmp(bytes, text, length) == 0;
}

/* Copies a number for strtod, which wants the decimal point of the process's locale. False: it does not fit. */
static bool localise(const struct JsonValue* value, char* text, size_t capacity) {
  char sample[16];
  int sample_length = snprintf(sample, sizeof sample, "%.1f", 0.5);
  if (sample_length < 3) return false;
  size_t point_length = (size_t)sample_length - 2;
  size_t used = 0;
  for (size_t index = 0; index < value->length; index++) {
    bool is_point = value->text[index] == '.';
    const char* from = is_point ? sample + 1 : value->text + index;
    size_t size = is_point ? point_length : 1;
    if (size >= capacity - used) return false;
    memcpy(text + used, from, size);
    used += size;
  }
  text[used] = '\0';
  return true;
}

bool json_number(const struct JsonValue* value, double* number) {
  char text[JSON_NUMBER_BYTES + 16];
  if (value->kind != JSON_NUMBER || value->length > JSON_NUMBER_BYTES || !localise(value, text, sizeof text)) return false;
  *number = strtod(text, NULL);
  return isfinite(*number);
}
