/* Writes one JSON value into growing memory. Commas are put where they belong; the caller balances what it opens. */
#ifndef ENVIRONMENT_JSON_H
#define ENVIRONMENT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct Json {
  char* text;
  size_t length;
  size_t capacity;
  bool failed; /* memory ran out: the text is not to be used */
  bool comma;  /* the next item needs one before it */
};

void json_open(struct Json* json, char bracket);
void json_close(struct Json* json, char bracket);

/* The key of the next value. A literal: it is escaped like any string. */
void json_key(struct Json* json, const char* key);

/* NULL, and text that is not valid UTF-8, are written as null. */
void json_string(struct Json* json, const char* text);

/* Negative: null, for unknown. Over 2^53 - 1, which not every reader holds exactly: a string. */
void json_count(struct Json* json, int64_t count);

enum Answer { ANSWER_NO = 0, ANSWER_YES = 1, ANSWER_UNKNOWN = 2 };
void json_answer(struct Json* json, enum Answer answer);

void json_free(struct Json* json);

#endif
