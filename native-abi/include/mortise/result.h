/* Result codes of every call in either direction: one int32. */
#ifndef MORTISE_RESULT_H
#define MORTISE_RESULT_H

#include "version.h"

/*
 * 0 is success. Codes 1–4 are those of the base ABI; the rest are for stages, extensions and host functions, and accepted from base slots
 * too. A code that is not in the list is a broken contract. Where a MortiseError says another code than the one returned, the returned
 * one counts.
 */
typedef int32_t FfiResult;

/* MORTISE_RESULTS(X): X(NAME, value, sentence). The one list that gives the codes, their names and their text. */
#define MORTISE_RESULTS(X)                                                                \
  X(MORTISE_OK, 0, "success")                                                             \
  X(MORTISE_ERR, 1, "failed")                                                             \
  X(MORTISE_NULL_POINTER, 2, "a required pointer was NULL")                               \
  X(MORTISE_UTF8_ERROR, 3, "a string was not valid UTF-8")                                \
  X(MORTISE_INVALID_DATA, 4, "an argument was out of its domain")                         \
  X(MORTISE_NOT_FOUND, 16, "nothing goes by that name here")                              \
  X(MORTISE_EXISTS, 17, "that name is taken")                                             \
  X(MORTISE_WRONG_TYPE, 18, "the value has another type")                                 \
  X(MORTISE_TOO_LARGE, 19, "over a stated size limit")                                    \
  X(MORTISE_OUT_OF_MEMORY, 20, "memory could not be had")                                 \
  X(MORTISE_READ_ONLY, 21, "this context may be read, not written")                       \
  X(MORTISE_WRONG_STATE, 22, "not allowed in this state of the plugin or the call")       \
  X(MORTISE_BUSY, 23, "a queue or a limit is full for now")                               \
  X(MORTISE_WOULD_BLOCK, 24, "the answer needs the main thread, which is the caller")     \
  X(MORTISE_CANCELLED, 25, "the call was cancelled")                                      \
  X(MORTISE_DENIED, 26, "no permission for that")                                         \
  X(MORTISE_TIMED_OUT, 27, "the deadline passed")                                         \
  X(MORTISE_UNSUPPORTED, 28, "this host or plugin does not offer that")                   \
  X(MORTISE_REENTERED, 29, "the plugin is already inside a call and takes one at a time")

enum MortiseResultCode {
#define MORTISE_RESULT_ENUM(name, value, text) name = value,
  MORTISE_RESULTS(MORTISE_RESULT_ENUM)
#undef MORTISE_RESULT_ENUM
  MORTISE_RESULT_LAST = MORTISE_REENTERED
};

MORTISE_STATIC_ASSERT(sizeof(FfiResult) == 4, "FfiResult is 4 bytes");

#endif
