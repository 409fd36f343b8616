/* Error detail: an out-parameter of every slot that is not in the base vtable. */
#ifndef MORTISE_ERROR_H
#define MORTISE_ERROR_H

#include <string.h>

#include "result.h"

/* Text that the callee writes into memory of the caller. No ownership changes hands. */
typedef struct MortiseText {
  char* data;      /* the caller's; may be NULL if capacity is 0 */
  size_t capacity; /* bytes at data */
  size_t length;   /* written by the callee: bytes used, at most capacity; UTF-8, no NUL needed */
} MortiseText;

#define MORTISE_MIN_MESSAGE 1024 /* the host offers at least that many bytes for a message */
#define MORTISE_KIT_MESSAGE 4096 /* bytes of a message that the kits keep until the host asks, or take of the host; cut at the end of a character */

/*
 * Filled by the callee before it returns anything but MORTISE_OK. The caller sets size, code = MORTISE_OK and the text's data and capacity.
 * The pointer itself may be NULL: then the caller does not want the detail. size is at least that of version 1.0. Bytes of a message that
 * are no UTF-8 are shown as `?`. {P18 P23 H20}
 */
typedef struct MortiseError {
  uint32_t size;  /* sizeof(MortiseError) of the caller */
  FfiResult code; /* same as the returned code, or more precise */
  MortiseText message;
} MortiseError;

MORTISE_STATIC_ASSERT(sizeof(MortiseText) == 3 * MORTISE_WORD, "MortiseText is 3 words");
MORTISE_STATIC_ASSERT(sizeof(MortiseError) == 8 + 3 * MORTISE_WORD, "MortiseError");
MORTISE_STATIC_ASSERT(offsetof(MortiseError, message) == 8, "MortiseError.message");

/* Writes bytes to text, cut to what fits, never inside a UTF-8 sequence. */
static inline void mortise_text_set(MortiseText* text, const char* bytes, size_t length) {
  size_t fits = length < text->capacity ? length : text->capacity;
  if (fits < length) {
    while (fits > 0 && ((unsigned char)bytes[fits] & 0xC0u) == 0x80u) fits--;
  }
  if (fits > 0) memcpy(text->data, bytes, fits);
  text->length = fits;
}

/* Fills error (may be NULL) with code and a NUL-terminated message (may be NULL) and returns code: `return mortise_fail(error, MORTISE_ERR, "…");` */
static inline FfiResult mortise_fail(MortiseError* error, FfiResult code, const char* message) {
  if (error != NULL) {
    error->code = code;
    mortise_text_set(&error->message, message != NULL ? message : "", message != NULL ? strlen(message) : 0);
  }
  return code;
}

#endif
