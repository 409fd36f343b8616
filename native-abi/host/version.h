/* Semantic versions as the npm package `semver` reads and orders them: its limits and its tolerance of a leading `v` included. */
#ifndef MORTISE_VERSION_TEXT_H
#define MORTISE_VERSION_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VERSION_MAX_LENGTH 256             /* bytes of a version */
#define VERSION_MAX_NUMBER 9007199254740991 /* the greatest integer that a JavaScript number holds exactly */

/* A version that was read. It borrows the text. */
typedef struct Version {
  uint64_t numbers[3];
  const char* pre_release; /* dotted identifiers, without the hyphen */
  size_t pre_release_length; /* 0: a release */
} Version;

/* Reads the version that text of length bytes is. False: it is none, or a number of it is too large. Build metadata is checked and dropped. */
bool version_read(Version* version, const char* text, size_t length);

/* Negative, 0 or positive: the order of semver 2.0.0, in which build metadata does not count. */
int version_compare(const Version* left, const Version* right);

/* ---- the parts that ranges are made of too: each returns where the part ends, or `at` if there is none ---- */

/* `0`, or digits that begin with none. loose: any digits. */
const char* version_number_end(const char* at, const char* end, bool loose);
/* `-` and dotted identifiers. loose: the hyphen may be missing, numbers may begin with zeros. */
const char* version_pre_release_end(const char* at, const char* end, bool loose);

/* The number that the digits from at to end make, or more than VERSION_MAX_NUMBER if it is greater than that. */
uint64_t version_number(const char* at, const char* end);

/* Whether byte may stand in an identifier of a pre-release or a build. */
bool version_is_identifier(char byte);

#endif
