#include "stage.h"

#include <stdio.h>
#include <string.h>

#include "source.h"

/* Takes value, from the option or the context, as a root folder: text in path, without slashes at its end; null is /. */
static FfiResult take_root(const MortiseValue* value, MortiseOrigin origin, char* path, MortiseError* error) {
  MortiseView root;
  path[0] = '\0';
  if (value->tag == MORTISE_NULL) return MORTISE_OK;
  MORTISE_TRY(mortise_read_string(value, origin, &root, error));
  if (root.length == 0 || root.length >= SOURCE_PATH || memchr(root.data, '\0', root.length) != NULL) {
    return mortise_fail_at(error, MORTISE_INVALID_DATA, origin, "must be a path of 1 to %d bytes", SOURCE_PATH - 1);
  }
  memcpy(path, root.data, root.length);
  path[root.length] = '\0';
  if (!source_is_folder(path)) return mortise_fail_at(error, MORTISE_INVALID_DATA, origin, "is not a folder: %s", path);
  while (root.length > 0 && path[root.length - 1] == '/') path[--root.length] = '\0';
  return MORTISE_OK;
}

static FfiResult root_option(const MortiseHost* host, char* path, MortiseError* error) {
  MortiseValue value;
  MORTISE_TRY(mortise_option(host, "root", &value, error));
  return take_root(&value, (MortiseOrigin){"the option", "root", 0}, path, error);
}

static FfiResult find_root(const MortiseContext* context, char* path, MortiseError* error) {
  MortiseValue value;
  MORTISE_TRY(mortise_find(context, "environment.root", &value, error));
  if (value.tag == MORTISE_NULL) return root_option(context->host, path, error);
  return take_root(&value, (MortiseOrigin){"the context value", "environment.root", 0}, path, error);
}

FfiResult stage_check_options(const MortiseHost* host, MortiseError* error) {
  char path[SOURCE_PATH];
  return root_option(host, path, error);
}

static FfiResult probe(const struct StageKind* kind, const struct Machine* machine, struct Json* json, MortiseError* error) {
  FfiResult code = kind->probe(machine, json);
  if (code == MORTISE_OK && json->failed) code = MORTISE_OUT_OF_MEMORY;
  if (code != MORTISE_OK) return mortise_fail(error, code, code == MORTISE_CANCELLED ? "cancelled" : "out of memory");
  MORTISE_TRY(mortise_set_json(machine->context, kind->key, json->text, json->length, error));
  MORTISE_LOG(machine->context->host, MORTISE_LOG_DEBUG, "environment read", mortise_field_string("key", kind->key),
              mortise_field_string("root", machine->root[0] != '\0' ? machine->root : "/"), mortise_field_int64("bytes", (int64_t)json->length));
  return MORTISE_OK;
}

FfiResult stage_execute(void* state, const MortiseContext* context, MortiseError* error) {
  char root[SOURCE_PATH];
  struct Json json = {0};
  MORTISE_TRY(find_root(context, root, error));
  FfiResult code = probe(state, &(const struct Machine){root, context}, &json, error);
  json_free(&json);
  return code;
}

FfiResult stage_dry_run(void* state, const MortiseContext* context, MortiseError* error) {
  const struct StageKind* kind = state;
  char root[SOURCE_PATH];
  MORTISE_TRY(find_root(context, root, error));
  return mortise_describef(context, error, "Read the files of %s/ and set %s.", root, kind->key);
}
