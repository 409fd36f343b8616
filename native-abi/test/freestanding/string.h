/* The functions that the headers use, for targets whose C library is not installed. Only for checking syntax and layouts. */
#ifndef MORTISE_TEST_STRING_H
#define MORTISE_TEST_STRING_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
void* memcpy(void* destination, const void* source, size_t length);
int memcmp(const void* left, const void* right, size_t length);
int strcmp(const char* left, const char* right);
size_t strlen(const char* text);
#ifdef __cplusplus
}
#endif

#endif
