/* Version of the contract, and the few macros that every other header needs. */
#ifndef MORTISE_VERSION_H
#define MORTISE_VERSION_H

#include <stddef.h>
#include <stdint.h>

/* A different major cannot be loaded. */
#define MORTISE_ABI_MAJOR 1
#define MORTISE_ABI_MINOR 0

/*
 * The least minor of a host that the plugin needs, written to its record. An author who builds with newer headers but can do without what is newer in them
 * defines it lower before including them, and then looks with MORTISE_HAS before using any of that.
 */
#ifndef MORTISE_ABI_MINOR_NEEDED
#define MORTISE_ABI_MINOR_NEEDED MORTISE_ABI_MINOR
#endif

/* Release of these headers, at most 15 characters. Information only: compatibility is decided by the ABI version. */
#define MORTISE_HEADER_VERSION "0.1.0"

#ifdef __cplusplus
#define MORTISE_STATIC_ASSERT(condition, text) static_assert(condition, text)
#define MORTISE_EXTERN_C extern "C"
#else
#define MORTISE_STATIC_ASSERT(condition, text) _Static_assert(condition, text)
#define MORTISE_EXTERN_C extern
#endif

/* Makes a function of the plugin visible to the host. Compile everything else hidden (-fvisibility=hidden). */
#if defined(_WIN32)
#define MORTISE_EXPORT MORTISE_EXTERN_C __declspec(dllexport)
#else
#define MORTISE_EXPORT MORTISE_EXTERN_C __attribute__((visibility("default")))
#endif

/* Bytes from the start of TYPE to the end of FIELD. */
#define MORTISE_END_OF(type, field) (offsetof(type, field) + sizeof(((type*)0)->field))

/* Whether the struct behind POINTER, whose first field is its size, reaches to the end of FIELD. */
#define MORTISE_HAS(pointer, type, field) ((size_t)(pointer)->size >= MORTISE_END_OF(type, field))

/* Every layout in these headers is laid out in words of the target. Other word sizes have no ABI yet. */
#define MORTISE_WORD sizeof(void*)
MORTISE_STATIC_ASSERT(MORTISE_WORD == 4 || MORTISE_WORD == 8, "Mortise needs 4- or 8-byte pointers");
MORTISE_STATIC_ASSERT(sizeof(size_t) == MORTISE_WORD, "size_t is one word");

#endif
