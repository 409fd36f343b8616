/* Text that is put together in memory of a fixed size, and cut at a whole character when it is full. */
#ifndef COMPAT_SENTENCE_H
#define COMPAT_SENTENCE_H

#include "mortise/kit.h"

/* Room for several requirements that are not met; the host reads at least MORTISE_MIN_MESSAGE bytes of it. */
#define SENTENCE_BYTES 1024

struct Sentence {
  char bytes[SENTENCE_BYTES];
  size_t length;
};

void say(struct Sentence* sentence, const char* text);

/* At most `limit` bytes of text, with three dots where something was left out. */
void say_some(struct Sentence* sentence, const char* text, size_t length, size_t limit);

/* What a value is, for a person: `"text"`, `true`, `5`, `[1,2]`, `12 bytes`. */
void say_value(struct Sentence* sentence, const MortiseValue* value);

/* Fails with the sentence as its text. */
FfiResult sentence_fail(const struct Sentence* sentence, FfiResult code, MortiseError* error);

#endif
