/*
 * Reads lines of four fields that tabs separate: options (JSON), a context key, a type and a value of that key. Answers each with what the requirements make of a
 * context that has this value and no other: `met`, a sentence, or `refused: ` and why the options are. Types: absent, null, bool, int64, string, bytes, json,
 * and double, whose value is the number's 64 bits in hexadecimal.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compat-check/requirement.h"

static MortiseValue options;
static const char* present;
static MortiseValue present_value;

static FfiResult config(const MortiseHost* host, const char* key, MortiseValue* value) {
  (void)host;
  if (key[0] != '\0') return MORTISE_NOT_FOUND;
  *value = options;
  return MORTISE_OK;
}

static FfiResult get(const MortiseContext* context, const char* key, MortiseValue* value) {
  (void)context;
  if (present == NULL || strcmp(key, present) != 0) return MORTISE_NOT_FOUND;
  *value = present_value;
  return MORTISE_OK;
}

static MortiseValue value_of(const char* type, const char* text) {
  MortiseValue value = mortise_null();
  if (strcmp(type, "bool") == 0) return mortise_bool(strcmp(text, "true") == 0);
  if (strcmp(type, "int64") == 0) return mortise_int64((int64_t)strtoll(text, NULL, 10));
  if (strcmp(type, "string") == 0) return mortise_string(text, strlen(text));
  if (strcmp(type, "bytes") == 0) return mortise_bytes(text, strlen(text));
  if (strcmp(type, "json") == 0) return mortise_json(text, strlen(text));
  if (strcmp(type, "double") == 0) {
    value = mortise_double(0);
    value.as.bits = strtoull(text, NULL, 16);
  }
  return value;
}

/* A copy that ends where the text does, for the sanitizer. */
static char* exact(const char* text, size_t length) {
  char* copy = malloc(length > 0 ? length : 1);
  if (copy != NULL) memcpy(copy, text, length);
  return copy;
}

static void answer(char* line) {
  static struct Requirements requirements;
  char* fields[4];
  size_t unmet = 0;
  struct Sentence why = {"", 0};
  for (int index = 0; index < 4; index++) {
    fields[index] = line;
    line += strcspn(line, "\t\n");
    *line++ = '\0';
  }
  char* json = exact(fields[0], strlen(fields[0]));
  options = mortise_json(json, strlen(fields[0]));
  present = strcmp(fields[2], "absent") == 0 ? NULL : fields[1];
  present_value = value_of(fields[2], fields[3]);
  const MortiseHost host = {.size = sizeof host, .config = config};
  const MortiseContext context = {.size = sizeof context, .host = &host, .get = get};
  if (read_requirements(&host, &requirements, &why) != MORTISE_OK) {
    printf("refused: %.*s\n", (int)why.length, why.bytes);
  } else if (check_requirements(&requirements, &context, &unmet, &why) != MORTISE_OK || unmet > 0) {
    printf("%.*s\n", (int)why.length, why.bytes);
  } else {
    printf("met\n");
  }
  free(json);
}

int main(void) {
  static char line[1 << 20];
  while (fgets(line, sizeof line, stdin) != NULL) answer(line);
  return 0;
}
