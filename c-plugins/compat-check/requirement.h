/* What a context must have: a key, and what its value must be. */
#ifndef COMPAT_REQUIREMENT_H
#define COMPAT_REQUIREMENT_H

#include <stdbool.h>

#include "../json/reader.h"
#include "sentence.h"

#define MAX_REQUIREMENTS 64
#define MAX_TEXT 255 /* bytes of a string in `equals` */

struct Requirement {
  char key[MORTISE_MAX_KEY + 1]; /* NUL-terminated */
  /* The texts belong to the options and live until the plugin is destroyed; NULL: nothing is wanted of that kind. */
  struct JsonValue equals; /* a string, number, bool or null */
  struct JsonValue at_least;
  struct JsonValue at_most;
};

struct Requirements {
  size_t count;
  struct Requirement items[MAX_REQUIREMENTS];
};

/* Reads the plugin's options. MORTISE_INVALID_DATA with a sentence that names the option, what it must be, and what it is. */
FfiResult read_requirements(const MortiseHost* host, struct Requirements* requirements, struct Sentence* why);

/* Counts the requirements that `context` does not meet, and says each in `why`, as far as there is room. A code other than MORTISE_OK is the host's. */
FfiResult check_requirements(const struct Requirements* requirements, const MortiseContext* context, size_t* unmet, struct Sentence* why);

#endif
