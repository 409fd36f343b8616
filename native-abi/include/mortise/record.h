/*
 * The record: one constant, pointer-free block in a section of its own (ELF and PE ".mortise", Mach-O "__DATA,__mortise"), read by the host from the
 * FILE, before any code of the plugin runs. It says how the plugin was built, and carries its manifest.
 *
 *     MORTISE_RECORD(MORTISE_LANGUAGE_C, MORTISE_THREADS_ONE, "{\"name\":\"text\",\"version\":\"1.0.0\"}");
 *
 * once, at file scope, in one source file. A plugin without a record is taken as one of the base layout only: Cargo ranges, one call at a time.
 */
#ifndef MORTISE_RECORD_H
#define MORTISE_RECORD_H

#include "plugin.h"
#include "stage.h"

#define MORTISE_RECORD_MAGIC "\x7fMORTISE" /* 8 bytes, no NUL */
#define MORTISE_RECORD_FORMAT 1
#define MORTISE_RECORD_SECTION_NAME ".mortise"
#define MORTISE_MAX_MANIFEST 1048576 /* bytes */

enum MortiseLanguage { MORTISE_LANGUAGE_OTHER = 0, MORTISE_LANGUAGE_C = 1, MORTISE_LANGUAGE_CPP = 2, MORTISE_LANGUAGE_RUST = 3 };

enum MortiseThreads {
  MORTISE_THREADS_ONE = 0, /* never two calls at once; a call that would come back into the plugin gets MORTISE_REENTERED */
  MORTISE_THREADS_SAFE = 1 /* execute, dry_run, functions, messages and metrics may run at once; all other calls come alone {P10} */
};

/*
 * Integers are in the byte order of the target, like the rest of the file. The manifest's UTF-8 JSON, one object, follows at offset
 * record_size. One record per library. Reserved fields are 0.
 *
 * Growth: a host refuses a plugin that needs another major or a later minor than its own; one in which a struct that never changes (table, slice, dependency,
 * stage requirement, value) has another size than the host's; and one in which a struct that grows (error, host, context, stage, registry) is smaller than in
 * ABI 1.0. Such a struct may be larger than the host's: the plugin was built with newer headers, and says by abi_minor what it needs of them. {P27 H24}
 */
typedef struct MortiseRecord {
  char magic[8];
  uint32_t format;      /* MORTISE_RECORD_FORMAT */
  uint32_t record_size; /* sizeof(MortiseRecord): where the manifest begins */
  uint16_t abi_major;
  uint16_t abi_minor; /* MORTISE_ABI_MINOR_NEEDED */
  uint8_t word; /* sizeof(void*) */
  uint8_t language; /* enum MortiseLanguage */
  uint8_t threads; /* enum MortiseThreads */
  uint8_t reserved; /* 0 */
  char header_version[16]; /* NUL-padded */
  /* Sizes in bytes, as this plugin's compiler laid the structs out. */
  uint16_t size_vtable;
  uint16_t size_slice;
  uint16_t size_dependency;
  uint16_t size_stage_requirement;
  uint16_t size_value;
  uint16_t size_error;
  uint16_t size_host;
  uint16_t size_context;
  uint16_t size_stage;
  uint16_t size_registry;
  uint32_t reserved2; /* 0 */
  uint64_t manifest_length; /* bytes, without a final NUL */
} MortiseRecord;

MORTISE_STATIC_ASSERT(sizeof(MortiseRecord) == 72, "MortiseRecord is 72 bytes");
MORTISE_STATIC_ASSERT(offsetof(MortiseRecord, header_version) == 24, "MortiseRecord.header_version");
MORTISE_STATIC_ASSERT(offsetof(MortiseRecord, size_vtable) == 40, "MortiseRecord.size_vtable");
MORTISE_STATIC_ASSERT(offsetof(MortiseRecord, manifest_length) == 64, "MortiseRecord.manifest_length");

#if defined(_MSC_VER) && !defined(__clang__)
#pragma section(".mortise", read)
/* The linker drops what nothing refers to (/OPT:REF): this refers to it. */
#if defined(_M_IX86)
#pragma comment(linker, "/include:_mortise_record")
#else
#pragma comment(linker, "/include:mortise_record")
#endif
#define MORTISE_IN_RECORD_SECTION __declspec(allocate(".mortise"))
#elif defined(__APPLE__)
#define MORTISE_IN_RECORD_SECTION __attribute__((used, section("__DATA,__mortise")))
#define MORTISE_HIDDEN_RECORD __attribute__((visibility("hidden")))
#elif defined(__has_attribute) && !defined(_WIN32)
#if __has_attribute(retain)
#define MORTISE_IN_RECORD_SECTION __attribute__((used, retain, section(".mortise")))
#define MORTISE_HIDDEN_RECORD __attribute__((visibility("hidden")))
#else
#define MORTISE_IN_RECORD_SECTION __attribute__((used, section(".mortise")))
#endif
#else
#define MORTISE_IN_RECORD_SECTION __attribute__((used, section(".mortise")))
#endif

/* Also where -fvisibility=hidden was forgotten, nothing exports the record; but where only an export keeps it under --gc-sections, it stays one. */
#ifndef MORTISE_HIDDEN_RECORD
#define MORTISE_HIDDEN_RECORD
#endif

/* manifest: a string literal of UTF-8 JSON. */
#define MORTISE_RECORD(language_, threads_, manifest_)                                                                    \
  struct MortiseRecordWithManifest {                                                                                      \
    MortiseRecord record;                                                                                                 \
    char manifest[sizeof(manifest_)];                                                                                     \
  };                                                                                                                      \
  MORTISE_EXTERN_C MORTISE_HIDDEN_RECORD const struct MortiseRecordWithManifest mortise_record;                           \
  MORTISE_IN_RECORD_SECTION const struct MortiseRecordWithManifest mortise_record = {                                     \
      {{'\x7f', 'M', 'O', 'R', 'T', 'I', 'S', 'E'},                                                                       \
       MORTISE_RECORD_FORMAT,                                                                                             \
       (uint32_t)sizeof(MortiseRecord),                                                                                   \
       MORTISE_ABI_MAJOR,                                                                                                 \
       MORTISE_ABI_MINOR_NEEDED,                                                                                          \
       (uint8_t)MORTISE_WORD,                                                                                             \
       (language_),                                                                                                       \
       (threads_),                                                                                                        \
       0,                                                                                                                 \
       MORTISE_HEADER_VERSION,                                                                                            \
       (uint16_t)sizeof(PluginVTable),                                                                                    \
       (uint16_t)sizeof(FfiSlice),                                                                                        \
       (uint16_t)sizeof(FfiPluginDependency),                                                                             \
       (uint16_t)sizeof(FfiStageRequirement),                                                                             \
       (uint16_t)sizeof(MortiseValue),                                                                                    \
       (uint16_t)sizeof(MortiseError),                                                                                    \
       (uint16_t)sizeof(MortiseHost),                                                                                     \
       (uint16_t)sizeof(MortiseContext),                                                                                  \
       (uint16_t)sizeof(MortiseStage),                                                                                    \
       (uint16_t)sizeof(MortiseRegistry),                                                                                 \
       0,                                                                                                                 \
       sizeof(manifest_) - 1},                                                                                            \
      manifest_}

#endif

/*
 * The manifest of a plugin that says no more than its name and version, in two macros. Outside the guard: this header may have been included before the
 * two were defined.
 */
#if !defined(MORTISE_MANIFEST) && defined(MORTISE_MANIFEST_NAME) && defined(MORTISE_MANIFEST_VERSION)
#define MORTISE_MANIFEST \
  "{\"name\":\"" MORTISE_MANIFEST_NAME "\",\"version\":\"" MORTISE_MANIFEST_VERSION "\"}"
#endif
