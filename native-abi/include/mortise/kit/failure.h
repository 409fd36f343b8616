/* Failing with a text, and passing failures on. */
#ifndef MORTISE_KIT_FAILURE_H
#define MORTISE_KIT_FAILURE_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "../error.h"

/* Lets the compiler compare a format, argument `format` of a function, with what is given from argument `first` on. */
#if defined(__MINGW_PRINTF_FORMAT)
#define MORTISE_PRINTF(format, first) __attribute__((__format__(__MINGW_PRINTF_FORMAT, format, first)))
#elif defined(__GNUC__) || defined(__clang__)
#define MORTISE_PRINTF(format, first) __attribute__((__format__(__printf__, format, first)))
#else
#define MORTISE_PRINTF(format, first)
#endif

/* Leaves the function with the code of `call`, unless it is MORTISE_OK: `MORTISE_TRY(mortise_get_string(context, "who", &who, error));` */
#define MORTISE_TRY(call)                                       \
  do {                                                          \
    const FfiResult mortise_tried = (call);                     \
    if (mortise_tried != MORTISE_OK) return mortise_tried;      \
  } while (0)

/* "MORTISE_NOT_FOUND". Static; a code that is not in the list is "an unknown code". */
static inline const char* mortise_code_name(FfiResult code) {
  switch (code) {
#define MORTISE_KIT_CODE_NAME(name, value, text) \
  case value:                                    \
    return #name;
    MORTISE_RESULTS(MORTISE_KIT_CODE_NAME)
#undef MORTISE_KIT_CODE_NAME
    default:
      return "an unknown code";
  }
}

/* "nothing goes by that name here". Static; a code that is not in the list is "the code is not in the contract". */
static inline const char* mortise_code_text(FfiResult code) {
  switch (code) {
#define MORTISE_KIT_CODE_TEXT(name, value, text) \
  case value:                                    \
    return text;
    MORTISE_RESULTS(MORTISE_KIT_CODE_TEXT)
#undef MORTISE_KIT_CODE_TEXT
    default:
      return "the code is not in the contract";
  }
}

/* The two arguments of a `%s (%s)`: "nothing goes by that name here (MORTISE_NOT_FOUND)". */
#define MORTISE_PRINT_CODE(code) mortise_code_text(code), mortise_code_name(code)

/* The most of the `length` bytes at `bytes` that ends with a whole UTF-8 sequence. */
static inline size_t mortise_kit_whole(const char* bytes, size_t length) {
  size_t start = length;
  size_t wanted;
  unsigned char first;
  if (length == 0) return 0;
  do start--;
  while (start > 0 && length - start < 4 && ((unsigned char)bytes[start] & 0xC0u) == 0x80u);
  first = (unsigned char)bytes[start];
  wanted = first < 0xC0u ? 1 : first < 0xE0u ? 2 : first < 0xF0u ? 3 : 4;
  return length - start < wanted ? start : length;
}

/* An error of the kit's own, with room for a text. */
static inline MortiseError mortise_kit_error(char* text, size_t capacity) {
  MortiseError error;
  error.size = sizeof error;
  error.code = MORTISE_OK;
  error.message.data = text;
  error.message.capacity = capacity;
  error.message.length = 0;
  return error;
}

/* Fills error (may be NULL) with code and a text, cut to what fits. */
static inline void mortise_failv(MortiseError* error, FfiResult code, const char* format, va_list arguments) MORTISE_PRINTF(3, 0);
static inline void mortise_failv(MortiseError* error, FfiResult code, const char* format, va_list arguments) {
  MortiseText* text;
  int length;
  if (error == NULL) return;
  text = &error->message;
  error->code = code;
  text->length = 0;
  if (text->capacity == 0) return;
  length = vsnprintf(text->data, text->capacity, format, arguments);
  if (length < 0) return;
  text->length = (size_t)length < text->capacity ? (size_t)length : mortise_kit_whole(text->data, text->capacity - 1);
}

/*
 * Fills error (may be NULL) with code and a text as printf makes it, cut to what fits at the end of a character, and has the value code: `return
 * mortise_failf(error, MORTISE_TOO_LARGE, "`who` has %d bytes, %d are the limit", found, limit);`. What is formatted must not point into error's own
 * text. A macro, which evaluates code twice, so that the compiler sees that the code of a failure is not MORTISE_OK.
 */
#define mortise_failf(error_, code_, ...) (mortise_kit_failf((error_), (code_), __VA_ARGS__), (FfiResult)(code_))

static inline void mortise_kit_failf(MortiseError* error, FfiResult code, const char* format, ...) MORTISE_PRINTF(3, 4);
static inline void mortise_kit_failf(MortiseError* error, FfiResult code, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  mortise_failv(error, code, format, arguments);
  va_end(arguments);
}

/* Behind the text that error has already. */
static inline void mortise_kit_appendv(MortiseError* error, FfiResult code, const char* format, va_list arguments) MORTISE_PRINTF(3, 0);
static inline void mortise_kit_appendv(MortiseError* error, FfiResult code, const char* format, va_list arguments) {
  MortiseError rest;
  if (error == NULL) return;
  error->code = code;
  if (error->message.capacity == error->message.length) return;
  rest = *error;
  rest.message.data = error->message.data + error->message.length;
  rest.message.capacity -= error->message.length;
  mortise_failv(&rest, code, format, arguments);
  error->message.length += rest.message.length;
}

static inline void mortise_kit_append(MortiseError* error, FfiResult code, const char* format, ...) MORTISE_PRINTF(3, 4);
static inline void mortise_kit_append(MortiseError* error, FfiResult code, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  mortise_kit_appendv(error, code, format, arguments);
  va_end(arguments);
}

/*
 * That the host refused something: `the host would not WHAT: REASON (CODE)`. reason: the host's own words, or NULL; WHAT is formatted. Every kit says
 * it so. A macro, which evaluates code twice.
 */
#define mortise_kit_refused(error_, code_, reason_, ...) (mortise_kit_refuse((error_), (code_), (reason_), __VA_ARGS__), (FfiResult)(code_))

static inline void mortise_kit_refuse(MortiseError* error, FfiResult code, const MortiseText* reason, const char* what, ...) MORTISE_PRINTF(4, 5);
static inline void mortise_kit_refuse(MortiseError* error, FfiResult code, const MortiseText* reason, const char* what, ...) {
  va_list arguments;
  mortise_kit_failf(error, code, "the host would not ");
  va_start(arguments, what);
  mortise_kit_appendv(error, code, what, arguments);
  va_end(arguments);
  if (reason != NULL && reason->length > 0) {
    mortise_kit_append(error, code, ": %.*s (%s)", (int)reason->length, reason->data, mortise_code_name(code));
  } else {
    mortise_kit_append(error, code, ": %s (%s)", MORTISE_PRINT_CODE(code));
  }
}

/* A text that printf made: in `room` if it fits there, else on the heap. */
typedef struct MortiseFormatted {
  char* data;    /* NUL-terminated */
  size_t length; /* bytes, without the NUL */
  char* heap;    /* to be freed; NULL: nothing */
  char room[512];
} MortiseFormatted;

/* MORTISE_OUT_OF_MEMORY, MORTISE_INVALID_DATA (a format that vsnprintf refuses). After MORTISE_OK give it to mortise_formatted_free. */
static inline FfiResult mortise_formatv(MortiseFormatted* text, const char* format, va_list arguments, MortiseError* error) MORTISE_PRINTF(2, 0);
static inline FfiResult mortise_formatv(MortiseFormatted* text, const char* format, va_list arguments, MortiseError* error) {
  va_list again;
  int length;
  va_copy(again, arguments);
  length = vsnprintf(text->room, sizeof text->room, format, arguments);
  text->data = text->room;
  text->heap = NULL;
  if (length >= 0 && (size_t)length >= sizeof text->room) {
    text->heap = (char*)malloc((size_t)length + 1);
    text->data = text->heap;
    if (text->heap != NULL) length = vsnprintf(text->heap, (size_t)length + 1, format, again);
  }
  va_end(again);
  if (text->data == NULL) return mortise_failf(error, MORTISE_OUT_OF_MEMORY, "out of memory: a text of %d bytes", length);
  if (length < 0) {
    free(text->heap);
    return mortise_fail(error, MORTISE_INVALID_DATA, "a text could not be formatted");
  }
  text->length = (size_t)length;
  return MORTISE_OK;
}

static inline void mortise_formatted_free(MortiseFormatted* text) {
  free(text->heap);
  text->heap = NULL;
}

#endif
