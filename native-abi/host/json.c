#include "json.h"

#include <stdint.h>
#include <string.h>

#include "mortise.h"

typedef struct Scanner {
  const char* at;
  const char* end;
  size_t depth;
  uint8_t objects[MORTISE_MAX_JSON_DEPTH / 8]; /* one bit a level: an object, or an array */
} Scanner;

static bool ended(const Scanner* scanner) {
  return scanner->at == scanner->end;
}

static bool take(Scanner* scanner, char wanted) {
  if (ended(scanner) || *scanner->at != wanted) return false;
  scanner->at++;
  return true;
}

static void skip_space(Scanner* scanner) {
  while (!ended(scanner) && (*scanner->at == ' ' || *scanner->at == '\n' || *scanner->at == '\r' || *scanner->at == '\t')) scanner->at++;
}

static bool take_digits(Scanner* scanner) {
  const char* const begin = scanner->at;
  while (!ended(scanner) && *scanner->at >= '0' && *scanner->at <= '9') scanner->at++;
  return scanner->at != begin;
}

static bool take_number(Scanner* scanner) {
  take(scanner, '-');
  if (!take(scanner, '0') && !take_digits(scanner)) return false;
  if (take(scanner, '.') && !take_digits(scanner)) return false;
  if (!take(scanner, 'e') && !take(scanner, 'E')) return true;
  if (!take(scanner, '+')) take(scanner, '-');
  return take_digits(scanner);
}

static bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Behind the backslash. A lone surrogate as \uD800 is allowed, as it is in RFC 8259. */
static bool take_escape(Scanner* scanner) {
  if (ended(scanner)) return false;
  const char c = *scanner->at++;
  if (c != 'u') return strchr("\"\\/bfnrt", c) != NULL && c != 0;
  for (int i = 0; i < 4; i++) {
    if (ended(scanner) || !is_hex(*scanner->at++)) return false;
  }
  return true;
}

static bool take_string(Scanner* scanner) {
  if (!take(scanner, '"')) return false;
  while (!ended(scanner)) {
    const unsigned char c = (unsigned char)*scanner->at++;
    if (c == '"') return true;
    if (c < 0x20) return false;
    if (c == '\\' && !take_escape(scanner)) return false;
  }
  return false;
}

static bool take_word(Scanner* scanner, const char* word) {
  const size_t length = strlen(word);
  if ((size_t)(scanner->end - scanner->at) < length || memcmp(scanner->at, word, length) != 0) return false;
  scanner->at += length;
  return true;
}

static bool in_object(const Scanner* scanner) {
  const size_t level = scanner->depth - 1;
  return (scanner->objects[level / 8] >> (level % 8) & 1) != 0;
}

static bool enter(Scanner* scanner, bool is_object) {
  if (scanner->depth == MORTISE_MAX_JSON_DEPTH) return false;
  const uint8_t bit = (uint8_t)(1u << (scanner->depth % 8));
  uint8_t* const byte = &scanner->objects[scanner->depth / 8];
  *byte = is_object ? (uint8_t)(*byte | bit) : (uint8_t)(*byte & ~bit);
  scanner->depth++;
  return true;
}

static bool take_name(Scanner* scanner) {
  skip_space(scanner);
  if (!take_string(scanner)) return false;
  skip_space(scanner);
  return take(scanner, ':');
}

/* A value that is no container, or the beginning of one: then *opened is set, unless it is empty. */
static bool take_value(Scanner* scanner, bool* opened) {
  *opened = false;
  skip_space(scanner);
  if (ended(scanner)) return false;
  switch (*scanner->at) {
    case '{':
    case '[': {
      const bool is_object = *scanner->at++ == '{';
      if (!enter(scanner, is_object)) return false;
      skip_space(scanner);
      if (take(scanner, is_object ? '}' : ']')) {
        scanner->depth--;
        return true;
      }
      *opened = true;
      return !is_object || take_name(scanner);
    }
    case '"':
      return take_string(scanner);
    case 't':
      return take_word(scanner, "true");
    case 'f':
      return take_word(scanner, "false");
    case 'n':
      return take_word(scanner, "null");
    default:
      return take_number(scanner);
  }
}

/* What may follow a value: ends of containers, until a comma asks for the next value (true) or nothing is open. *valid is false for anything else. */
static bool take_end(Scanner* scanner, bool* valid) {
  while (scanner->depth > 0) {
    skip_space(scanner);
    if (take(scanner, ',')) {
      *valid = !in_object(scanner) || take_name(scanner);
      return *valid;
    }
    *valid = take(scanner, in_object(scanner) ? '}' : ']');
    if (!*valid) return false;
    scanner->depth--;
  }
  return false;
}

bool json_valid(const char* text, size_t length) {
  Scanner scanner;
  scanner.at = text;
  scanner.end = text + length;
  scanner.depth = 0;
  bool valid = true;
  bool more = true;
  while (more) {
    bool opened;
    if (!take_value(&scanner, &opened)) return false;
    more = opened || take_end(&scanner, &valid);
  }
  skip_space(&scanner);
  return valid && ended(&scanner);
}
