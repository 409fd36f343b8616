/* What a plugin is, in one struct: what it offers, what it needs, and the hooks that the kit calls. */
#ifndef MORTISE_KIT_PLUGIN_H
#define MORTISE_KIT_PLUGIN_H

#include "../ext/resources.h"
#include "../ext/services.h"
#include "../plugin.h"
#include "../stage.h"
#include "function.h"
#include "log.h"

/* An array with its length, for the lists below: `.stages = MORTISE_ITEMS(stages)`. The array is static, and named itself, not through a pointer. */
#define MORTISE_ITEMS(array) {(array), sizeof(array) / sizeof((array)[0])}

/*
 * One item of `.stages`: MORTISE_STAGE("greeter:greet", greet), followed by any further fields of MortiseStage: .name, .description, .flags,
 * .dry_run, .destroy, .state. Without .state the functions get the instance that `create` made. The kit registers the stage, and says in
 * `required_stages` that the plugin provides it.
 */
#define MORTISE_STAGE(...) MORTISE_KIT_EXPAND(MORTISE_KIT_STAGE(__VA_ARGS__, .size = sizeof(MortiseStage)))
#define MORTISE_KIT_STAGE(id_, execute_, ...) {.id = (id_), .execute = (execute_), __VA_ARGS__}

/*
 * One item of `.functions`: MORTISE_FUNCTION("add", add), followed by any further fields of MortiseCallable: .description, .arguments_schema,
 * .result_schema, .flags, .state.
 */
#define MORTISE_FUNCTION(...) MORTISE_KIT_EXPAND(MORTISE_KIT_FUNCTION(__VA_ARGS__, .reserved = 0))
#define MORTISE_KIT_FUNCTION(name_, function_, ...) {.name = (name_), .function = (function_), __VA_ARGS__}

/* One item of `.services`: name, semantic version, address of the static table. */
#define MORTISE_SERVICE(name_, version_, table_) {.size = sizeof(MortiseService), .name = (name_), .version = (version_), .table = (table_)}

/* One item of `.resources`: MORTISE_RESOURCE("port", "8080", MORTISE_PROVIDES_UNIQUE). */
#define MORTISE_RESOURCE(type_, identifier_, access_) \
  {.size = sizeof(MortiseResource), .access = (access_), .type = (type_), .identifier = (identifier_)}

/* One item of `.extensions`: MORTISE_EXTENSION(MORTISE_EXT_HEALTH, &health). */
#define MORTISE_EXTENSION(id_, table_) {.id = (id_), .table = (table_)}

/* `.priority = MORTISE_PRIORITY(FFI_PRIORITY_THIRD_PARTY_HIGH, 120)`. */
#define MORTISE_PRIORITY(category_, value_) (&(const FfiPluginPriority){(category_), (value_)})

typedef struct MortiseExtension {
  const char* id;
  const void* table; /* static; its functions get the instance that `create` made */
} MortiseExtension;

/*
 * Every field may be left out. What is said here is static: the host reads it from this struct for as long as the process lives.
 *
 * Hooks that return a code fail with any code of result.h and a text in error, which is never NULL: the kit keeps the text where the host asks for it
 * (mortise.error/1). They are called on the main thread, one at a time; thread and state of each: plugin.h.
 */
typedef struct MortisePlugin {
  struct {
    const MortiseStage* items;
    size_t count;
  } stages;
  struct {
    const MortiseCallable* items;
    size_t count;
  } functions;
  struct {
    const MortiseService* items;
    size_t count;
  } services;
  struct {
    const MortiseResource* items;
    size_t count;
  } resources;
  /* Further tables by id. A table that the kit makes itself counts after one of that id here, but for mortise.error/1, which is always the kit's. */
  struct {
    const MortiseExtension* items;
    size_t count;
  } extensions;

  /* As in the base table. required_stages: what this plugin needs of others, and what `register_stages` registers (provided: true). */
  struct {
    const FfiPluginDependency* items;
    size_t count;
  } dependencies;
  struct {
    const FfiStageRequirement* items;
    size_t count;
  } required_stages;
  struct {
    const char* const* items;
    size_t count;
  } conflicts_with;
  struct {
    const FfiPluginDependency* items;
    size_t count;
  } incompatible_with;
  struct {
    const FfiVersionRange* items;
    size_t count;
  } compatible_api_versions;          /* none: every host */
  const FfiPluginPriority* priority;  /* MORTISE_PRIORITY; NULL: third party, FFI_PRIORITY_DEFAULT */
  bool is_core;

  /*
   * [main-thread, inside _plugin_init] Once for each opening: makes what the other hooks, stages and functions get as instance or state, or NULL. A
   * failure refuses the plugin: nothing else of it is called, so what was made until then is given back here. NULL: the instance is NULL.
   */
  FfiResult (*create)(void** instance, MortiseError* error);

  /* [main-thread & opened] Registers stages that are known at run time only, by mortise_register. Those of `stages` are registered before. */
  FfiResult (*register_stages)(void* instance, const MortiseRegistry* registry, MortiseError* error);

  /* [main-thread & registered] */
  FfiResult (*init)(void* instance, const MortiseHost* host, MortiseError* error);

  /* [main-thread & initialised] May this plugin run here? */
  FfiResult (*preflight)(void* instance, const MortiseContext* context, MortiseError* error);

  /* [main-thread & running or initialised] Once, if and only if init succeeded. */
  FfiResult (*shutdown)(void* instance, MortiseError* error);

  /* [main-thread & stopped] The last call, if and only if create succeeded. A failure is reported; the instance counts as gone all the same. */
  FfiResult (*destroy)(void* instance, MortiseError* error);

  const void* reserved; /* NULL */
} MortisePlugin;

/*
 * [main-thread & opened, inside register_stages] Registers one stage more, with a text if the host refuses it. A stage without state gets `state` of
 * the struct as it is.
 */
static inline FfiResult mortise_register(const MortiseRegistry* registry, const MortiseStage* stage, MortiseError* error) {
  char reason[MORTISE_KIT_MESSAGE];
  MortiseError refusal = mortise_kit_error(reason, sizeof reason);
  const FfiResult code = registry->register_stage(registry, stage, &refusal);
  if (code == MORTISE_OK) return code;
  return mortise_kit_refused(error, code, &refusal.message, "take the stage `%s`", stage->id != NULL ? stage->id : "");
}

#endif
