/* What the C kit uses of it, for targets whose C library is not installed. Only for checking syntax and layouts. */
#ifndef MORTISE_TEST_STDLIB_H
#define MORTISE_TEST_STDLIB_H

#include <stddef.h>

void* malloc(size_t size);
void* calloc(size_t count, size_t size);
void free(void* memory);
double strtod(const char* text, char** end);

#endif
