#include "sentence.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_BYTES 64

static void append(struct Sentence* sentence, const char* text, size_t length) {
  MortiseText rest = {sentence->bytes + sentence->length, sizeof sentence->bytes - sentence->length, 0};
  mortise_text_set(&rest, text, length);
  sentence->length += rest.length;
}

void say(struct Sentence* sentence, const char* text) { append(sentence, text, strlen(text)); }

void say_some(struct Sentence* sentence, const char* text, size_t length, size_t limit) {
  size_t shown = length < limit ? length : limit;
  while (shown < length && shown > 0 && ((unsigned char)text[shown] & 0xC0u) == 0x80u) shown--;
  if (shown > 0) append(sentence, text, shown);
  if (shown < length) say(sentence, "...");
}

/* As few digits as name this double. */
static void say_number(struct Sentence* sentence, double number) {
  char digits[40];
  snprintf(digits, sizeof digits, "%.15g", number);
  if (strtod(digits, NULL) != number) snprintf(digits, sizeof digits, "%.17g", number);
  say(sentence, digits);
}

void say_value(struct Sentence* sentence, const MortiseValue* value) {
  char digits[40];
  switch (value->tag) {
    case MORTISE_NULL: say(sentence, "null"); break;
    case MORTISE_BOOL: say(sentence, value->as.boolean != 0 ? "true" : "false"); break;
    case MORTISE_DOUBLE: say_number(sentence, value->as.number); break;
    case MORTISE_JSON: say_some(sentence, value->as.data, (size_t)value->length, SHOWN_BYTES); break;
    case MORTISE_INT64:
      snprintf(digits, sizeof digits, "%" PRId64, value->as.int64);
      say(sentence, digits);
      break;
    case MORTISE_STRING:
      say(sentence, "\"");
      say_some(sentence, value->as.data, (size_t)value->length, SHOWN_BYTES);
      say(sentence, "\"");
      break;
    default:
      snprintf(digits, sizeof digits, "%" PRIu64 " bytes", value->length);
      say(sentence, digits);
      break;
  }
}

FfiResult sentence_fail(const struct Sentence* sentence, FfiResult code, MortiseError* error) {
  return mortise_failf(error, code, "%.*s", (int)sentence->length, sentence->bytes);
}
