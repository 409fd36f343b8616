#ifndef MORTISE_JSON_SYNTAX_H
#define MORTISE_JSON_SYNTAX_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether the UTF-8 text is one JSON value (RFC 8259) with white space around it at most, nested no deeper than MORTISE_MAX_JSON_DEPTH. Takes what
 * JSON.parse takes, and refuses what it refuses, but for the depth. Uses no memory that grows with the text.
 */
bool json_valid(const char* text, size_t length);

#endif
