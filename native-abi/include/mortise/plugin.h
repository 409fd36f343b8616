/*
 * The base ABI: one exported function that returns one table of 22 pointers. Fixed for ever; existing plugins load unchanged.
 *
 * The table carries neither version nor size, and older layouts used the same symbol, so the host refuses a table in which a slot does
 * not point into executable memory of the library, or of a library that it needs. No slot may be NULL, except `instance`. Of a
 * refused table nothing is called, destroy included.
 *
 * Rationale: `free_*` slots exist because plugin and host may use different allocators. The host never frees plugin memory itself.
 */
#ifndef MORTISE_PLUGIN_H
#define MORTISE_PLUGIN_H

#include "result.h"

#ifndef __cplusplus
#include <stdbool.h>
#endif

/*
 * A run of `len` items. Empty is {NULL, 0} or {any, 0}; a dangling pointer with len 0 is allowed and never read.
 * A NULL or misaligned pointer with len > 0, or len > MORTISE_MAX_ITEMS, refuses the plugin.
 */
typedef struct FfiSlice {
  const void* ptr;
  size_t len;
} FfiSlice;

/* One range of host API versions that the plugin accepts. Grammar: see PluginVTable.compatible_api_versions. */
typedef struct FfiVersionRange {
  const char* constraint;
} FfiVersionRange;

typedef struct FfiPluginDependency {
  const char* plugin_name;
  const char* version_constraint; /* NULL: any version */
  bool required;                  /* 0 or 1; another byte is refused */
} FfiPluginDependency;

typedef struct FfiStageRequirement {
  const char* stage_id; /* namespace:stage */
  bool required;        /* the plugin cannot work without that stage */
  bool provided;        /* the plugin registers that stage itself */
} FfiStageRequirement;

/* MORTISE_PRIORITIES(X): X(NAME, category, lowest value, highest value). Lower loads first. */
#define MORTISE_PRIORITIES(X)                   \
  X(FFI_PRIORITY_KERNEL, 0, 0, 10)              \
  X(FFI_PRIORITY_CORE_CRITICAL, 1, 11, 50)      \
  X(FFI_PRIORITY_CORE, 2, 51, 100)              \
  X(FFI_PRIORITY_THIRD_PARTY_HIGH, 3, 101, 150) \
  X(FFI_PRIORITY_THIRD_PARTY, 4, 151, 200)      \
  X(FFI_PRIORITY_THIRD_PARTY_LOW, 5, 201, 255)

enum FfiPriorityCategory {
#define MORTISE_PRIORITY_ENUM(name, category, low, high) name = category,
  MORTISE_PRIORITIES(MORTISE_PRIORITY_ENUM)
#undef MORTISE_PRIORITY_ENUM
  FFI_PRIORITY_LAST = FFI_PRIORITY_THIRD_PARTY_LOW
};

#define FFI_PRIORITY_DEFAULT 175 /* the middle of FFI_PRIORITY_THIRD_PARTY: where a plugin belongs that has no reason to be elsewhere */

typedef struct FfiPluginPriority {
  uint8_t category; /* enum FfiPriorityCategory */
  uint8_t value;    /* inside the band of its category */
} FfiPluginPriority;

/* Limits that the host enforces on what a plugin hands over. Lengths in bytes, without the final NUL. */
#define MORTISE_MAX_NAME 64          /* plugin names: [A-Za-z][A-Za-z0-9._-]{0,63} */
#define MORTISE_MAX_STRING 65536     /* every other string */
#define MORTISE_MAX_ITEMS 4096       /* items of a slice */

/*
 * Metadata getters (name … incompatible_with): each called once, before registration; the host keeps a copy.
 * Each value is given back to the free function of its pair exactly once, unchanged (pointer AND length), also when the value is
 * refused. A string that is NULL is refused and not freed. Strings inside a slice belong to the slice: its free function frees them.
 * A getter that fails says so through mortise.error/1, where offered: it is asked after each.
 * What cannot be read as memory (a wild pointer, a string without NUL, an absurd length) is refused and stays unfreed: no free function could take it.
 */
typedef struct PluginVTable {
  /* Opaque, passed back as the first argument. Any value, NULL and 0x1 included; the host never dereferences it. */
  void* instance;

  /*
   * [main-thread & stopped; alone] Last call of all (but last_message of mortise.error/1), exactly once, after the destroy of the stages; also when an
   * earlier step failed. Not called while a call of the plugin does not return: such a plugin is abandoned and never called again.
   * Threads of the plugin must have ended when it returns. {P14 P23 H5 H7}
   */
  void (*destroy)(void* instance);

  /* [main-thread & opened; alone] The plugin's name, NUL-terminated, [A-Za-z][A-Za-z0-9._-]{0,63}. {P4 P18 P23 H3} */
  const char* (*name)(const void* instance);
  /* [main-thread & opened; alone, after name] {P5 H3} */
  void (*free_name)(char* name);

  /* [main-thread & opened; alone] Semantic version 2.0.0, for example "1.4.0". {P4 P18 P23 H3} */
  const char* (*version)(const void* instance);
  /* [main-thread & opened; alone, after version] {P5 H3} */
  void (*free_version)(char* version);

  /* [main-thread & opened; alone] Whether the plugin asks to be treated as part of the application. Counts only where the host trusts its directory. 0 or 1. {P4 P23 H3} */
  bool (*is_core)(const void* instance);

  /* [main-thread & opened; alone] Where in the order of loading it belongs. {P4 P23 H3} */
  FfiPluginPriority (*priority)(const void* instance);

  /*
   * [main-thread & opened; alone] Items: FfiVersionRange. Any one that contains the host's API version suffices; an empty slice accepts every host.
   * Grammar of ranges: npm's in a plugin that carries a Mortise record (a comma is accepted as AND);
   * Cargo's in one without, where a bare 1.2.3 means ^1.2.3. {P4 P18 P23 H3}
   */
  FfiSlice (*compatible_api_versions)(const void* instance);
  /* [main-thread & opened; alone, after compatible_api_versions] {P5 H3} */
  void (*free_compatible_api_versions)(FfiSlice ranges);

  /* [main-thread & opened; alone] Items: FfiPluginDependency. Dependencies are loaded and initialised before this plugin. {P4 P18 P23 H3 H17} */
  FfiSlice (*dependencies)(const void* instance);
  /* [main-thread & opened; alone, after dependencies] {P5 H3} */
  void (*free_dependencies)(FfiSlice dependencies);

  /* [main-thread & opened; alone] Items: FfiStageRequirement. {P4 P18 P23 H3} */
  FfiSlice (*required_stages)(const void* instance);
  /* [main-thread & opened; alone, after required_stages] {P5 H3} */
  void (*free_required_stages)(FfiSlice requirements);

  /* [main-thread & opened; alone] Items: const char*, names of plugins that this one cannot run beside. {P4 P18 P23 H3} */
  FfiSlice (*conflicts_with)(const void* instance);
  /* [main-thread & opened; alone, after conflicts_with] {P5 H3} */
  void (*free_conflicts_with)(FfiSlice names);

  /*
   * [main-thread & opened; alone] Items: FfiPluginDependency: name and range of what this plugin cannot run beside. `required` carries no meaning
   * here. {P4 P18 P23 H3}
   */
  FfiSlice (*incompatible_with)(const void* instance);
  /* [main-thread & opened; alone, after incompatible_with] {P5 H3} */
  void (*free_incompatible_with)(FfiSlice plugins);

  /*
   * [main-thread & registered; alone] Once, after the stages of all plugins are registered, dependencies first.
   * `app` is a const MortiseHost* (host.h), valid until destroy returns. A failure is rolled back: shutdown is not called, destroy is. {P7 P13 P15 P23 H5 H10 H17}
   */
  FfiResult (*init)(void* instance, void* app);

  /*
   * [main-thread & initialised; alone] Once, after init of all plugins: may this plugin run here?
   * `context` is a const MortiseContext* (context.h), read-only, valid for the call. A failure disables the plugin: shutdown, destroy. {P7 P9 P13 P23 H17}
   */
  FfiResult (*preflight_check)(const void* instance, const void* context);

  /*
   * [main-thread & opened; alone] Once, before init. `registry` is a const MortiseRegistry* (stage.h), valid for the call.
   * After a failure the host destroys the stages that were registered, then the instance. {P4 P7 P15 P23 H5 H17}
   */
  FfiResult (*register_stages)(const void* instance, void* registry);

  /*
   * [main-thread & initialised, running; alone] Once, if and only if init returned MORTISE_OK. destroy follows
   * whatever it returns. Before it, the host answers every host->call of the plugin's own threads that still waits with
   * MORTISE_CANCELLED, and every later one too, so shutdown and destroy may join threads. Nowhere else may the main thread wait for a
   * thread that could be inside host->call: it would wait for itself. {P13 P23 H5 H6 H18}
   */
  FfiResult (*shutdown)(void* instance);
} PluginVTable;

/*
 * [main-thread & unopened, destroyed; alone] The entry point. The host calls it once per load, after its file checks. NULL says that the plugin cannot run; the reason is
 * asked of "mortise.error/1" with a NULL instance, where offered. The host copies the 22 words when _plugin_init returns; the functions
 * stay valid for the life of the process. There is no slot that frees the table, so a static one is right; one on the heap is never
 * freed by the host (22 words for each load). Called again only after destroy of the instance before has returned, or after NULL was
 * returned; it may then fill the same table with a fresh instance. {P1 P2 P3 P22 P23 H1 H2 H13 H24}
 */
MORTISE_EXPORT PluginVTable* _plugin_init(void);

#define MORTISE_SLOT_AT(slot, index) \
  MORTISE_STATIC_ASSERT(offsetof(PluginVTable, slot) == (index) * MORTISE_WORD, "PluginVTable." #slot)
MORTISE_SLOT_AT(instance, 0);
MORTISE_SLOT_AT(destroy, 1);
MORTISE_SLOT_AT(name, 2);
MORTISE_SLOT_AT(free_name, 3);
MORTISE_SLOT_AT(version, 4);
MORTISE_SLOT_AT(free_version, 5);
MORTISE_SLOT_AT(is_core, 6);
MORTISE_SLOT_AT(priority, 7);
MORTISE_SLOT_AT(compatible_api_versions, 8);
MORTISE_SLOT_AT(free_compatible_api_versions, 9);
MORTISE_SLOT_AT(dependencies, 10);
MORTISE_SLOT_AT(free_dependencies, 11);
MORTISE_SLOT_AT(required_stages, 12);
MORTISE_SLOT_AT(free_required_stages, 13);
MORTISE_SLOT_AT(conflicts_with, 14);
MORTISE_SLOT_AT(free_conflicts_with, 15);
MORTISE_SLOT_AT(incompatible_with, 16);
MORTISE_SLOT_AT(free_incompatible_with, 17);
MORTISE_SLOT_AT(init, 18);
MORTISE_SLOT_AT(preflight_check, 19);
MORTISE_SLOT_AT(register_stages, 20);
MORTISE_SLOT_AT(shutdown, 21);
#undef MORTISE_SLOT_AT

MORTISE_STATIC_ASSERT(sizeof(PluginVTable) == 22 * MORTISE_WORD, "PluginVTable is 22 words");
MORTISE_STATIC_ASSERT(sizeof(bool) == 1, "bool is one byte");
MORTISE_STATIC_ASSERT(sizeof(FfiSlice) == 2 * MORTISE_WORD && offsetof(FfiSlice, len) == MORTISE_WORD, "FfiSlice");
MORTISE_STATIC_ASSERT(sizeof(FfiVersionRange) == MORTISE_WORD, "FfiVersionRange");
MORTISE_STATIC_ASSERT(sizeof(FfiPluginDependency) == 3 * MORTISE_WORD, "FfiPluginDependency");
MORTISE_STATIC_ASSERT(offsetof(FfiPluginDependency, version_constraint) == MORTISE_WORD, "FfiPluginDependency");
MORTISE_STATIC_ASSERT(offsetof(FfiPluginDependency, required) == 2 * MORTISE_WORD, "FfiPluginDependency");
MORTISE_STATIC_ASSERT(sizeof(FfiStageRequirement) == 2 * MORTISE_WORD, "FfiStageRequirement");
MORTISE_STATIC_ASSERT(offsetof(FfiStageRequirement, required) == MORTISE_WORD, "FfiStageRequirement");
MORTISE_STATIC_ASSERT(offsetof(FfiStageRequirement, provided) == MORTISE_WORD + 1, "FfiStageRequirement");
MORTISE_STATIC_ASSERT(sizeof(FfiPluginPriority) == 2, "FfiPluginPriority");

#endif
