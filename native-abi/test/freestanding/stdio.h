/* What the C kit uses of it, for targets whose C library is not installed. Only for checking syntax and layouts. */
#ifndef MORTISE_TEST_STDIO_H
#define MORTISE_TEST_STDIO_H

#include <stdarg.h>
#include <stddef.h>

int snprintf(char* text, size_t capacity, const char* format, ...);
int vsnprintf(char* text, size_t capacity, const char* format, va_list arguments);

#endif
