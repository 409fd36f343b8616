/* Levels by name. */
#ifndef LOGGING_LEVEL_H
#define LOGGING_LEVEL_H

#include "mortise/kit.h"

#define LEVEL_NAMES "trace, debug, info, warn, error or fatal"

/* NULL: there is no such level. */
const char* level_name(uint32_t level);

/* Takes the level that `value` names. False: it names none. */
bool level_of(const MortiseValue* value, uint32_t* level);

/* Writes what was found where the name of a level was wanted: `"loud"`, `of type double`. */
void level_found(const MortiseValue* value, char* text, size_t capacity);

#endif
