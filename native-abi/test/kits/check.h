/* What a case found wrong, and one line for each case: "ok" or "FAIL". */
#ifndef MORTISE_KITS_CHECK_H
#define MORTISE_KITS_CHECK_H

#include <stdbool.h>
#include <stddef.h>

/* Begins a case; sentence is printf's. From the main thread. */
void case_begin(const char* sentence, ...) __attribute__((format(printf, 1, 2)));

/* Ends it: memory that nobody points to any more counts as a failure where the sanitizer can tell. */
void case_end(void);

/* How many cases failed. */
int cases_failed(void);

/* Any thread. */
void check_that(bool holds, const char* file, int line, const char* condition);
void check_text(const char* wanted, const char* found, const char* file, int line);

#define CHECK(condition) check_that((condition), __FILE__, __LINE__, #condition)
#define CHECK_TEXT(wanted, found) check_text((wanted), (found), __FILE__, __LINE__)

/* Bytes that are allocated and not freed in this process; 0 where no sanitizer counts them. */
size_t allocated_bytes(void);

#endif
