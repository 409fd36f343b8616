#include "stage.h"

#include <stdio.h>
#include <string.h>

#include "source.h"

const struct StageKind stage_kinds[STAGE_COUNT] = {
    {"environment:os", "Operating system", "Reads the distribution, its version, the kernel and the architecture.", "environment.os", probe_os},
    {"environment:cpu", "Processor", "Reads the processor's model, counts and the features that decide what can run.", "environment.cpu", probe_cpu},
    {"environment:memory", "Memory", "Reads how much memory and swap there is.", "environment.memory", probe_memory},
    {"environment:gpu", "Graphics", "Lists the display controllers on the PCI bus with their drivers.", "environment.gpu", probe_gpu},
    {"environment:iommu", "IOMMU", "Reads whether devices are isolated by an IOMMU, and by which kind.", "environment.iommu", probe_iommu},
};

/* Takes value as a root folder: text in path, without slashes at its end. */
static FfiResult take_root(const MortiseValue* value, const char* where, char* path, char* message, size_t capacity) {
  if (value->tag != MORTISE_STRING) {
    snprintf(message, capacity, "%s must be a string", where);
    return MORTISE_INVALID_DATA;
  }
  if (value->length == 0 || value->length >= SOURCE_PATH || memchr(value->as.data, '\0', (size_t)value->length) != NULL) {
    snprintf(message, capacity, "%s must be a path of 1 to %d bytes", where, SOURCE_PATH - 1);
    return MORTISE_INVALID_DATA;
  }
  size_t length = (size_t)value->length;
  memcpy(path, value->as.data, length);
  path[length] = '\0';
  if (!source_is_folder(path)) {
    snprintf(message, capacity, "%s is not a folder: %s", where, path);
    return MORTISE_INVALID_DATA;
  }
  while (length > 0 && path[length - 1] == '/') path[--length] = '\0';
  return MORTISE_OK;
}

static FfiResult root_option(const MortiseHost* host, char* path, char* message, size_t capacity) {
  MortiseValue value = mortise_null();
  FfiResult code = host->config(host, "root", &value);
  if (code == MORTISE_NOT_FOUND || (code == MORTISE_OK && value.tag == MORTISE_NULL)) {
    path[0] = '\0';
    return MORTISE_OK;
  }
  if (code != MORTISE_OK) {
    snprintf(message, capacity, "the host would not give the option root (code %d)", (int)code);
    return code;
  }
  return take_root(&value, "the option root", path, message, capacity);
}

static FfiResult find_root(const MortiseContext* context, char* path, char* message, size_t capacity) {
  MortiseValue value = mortise_null();
  FfiResult code = context->get(context, "environment.root", &value);
  if (code == MORTISE_NOT_FOUND) return root_option(context->host, path, message, capacity);
  if (code != MORTISE_OK) {
    snprintf(message, capacity, "the host would not give the context value environment.root (code %d)", (int)code);
    return code;
  }
  return take_root(&value, "the context value environment.root", path, message, capacity);
}

FfiResult stage_check_options(const MortiseHost* host, char* message, size_t capacity) {
  char path[SOURCE_PATH];
  return root_option(host, path, message, capacity);
}

static void log_value(const MortiseHost* host, const char* key, const char* root, size_t length) {
  if (MORTISE_LOG_DEBUG < *host->log_level) return;
  const char* shown = root[0] != '\0' ? root : "/";
  const MortiseField fields[] = {
      {"key", NULL, mortise_string(key, strlen(key))},
      {"root", NULL, mortise_string(shown, strlen(shown))},
      {"bytes", NULL, mortise_int64((int64_t)length)},
  };
  /* A line that the host drops is no reason to fail. */
  (void)host->log(host, MORTISE_LOG_DEBUG, "environment read", SIZE_MAX, fields, sizeof fields / sizeof fields[0]);
}

FfiResult stage_execute(void* state, const MortiseContext* context, MortiseError* error) {
  const struct StageKind* kind = state;
  char root[SOURCE_PATH];
  char message[SOURCE_PATH + 128];

  FfiResult code = find_root(context, root, message, sizeof message);
  if (code != MORTISE_OK) return mortise_fail(error, code, message);

  const struct Machine machine = {root, context};
  struct Json json = {0};
  code = kind->probe(&machine, &json);
  if (code == MORTISE_OK && json.failed) code = MORTISE_OUT_OF_MEMORY;
  if (code != MORTISE_OK) {
    json_free(&json);
    return mortise_fail(error, code, code == MORTISE_CANCELLED ? "cancelled" : "out of memory");
  }

  const MortiseValue value = mortise_json(json.text, json.length);
  code = context->set(context, kind->key, &value);
  if (code == MORTISE_OK) {
    log_value(context->host, kind->key, root, json.length);
  } else {
    snprintf(message, sizeof message, "the host refused the value of %s (code %d)", kind->key, (int)code);
    mortise_fail(error, code, message);
  }
  json_free(&json);
  return code;
}

FfiResult stage_dry_run(void* state, const MortiseContext* context, MortiseError* error) {
  const struct StageKind* kind = state;
  char root[SOURCE_PATH];
  char message[SOURCE_PATH + 128];

  FfiResult code = find_root(context, root, message, sizeof message);
  if (code != MORTISE_OK) return mortise_fail(error, code, message);
  int length = snprintf(message, sizeof message, "Read the files of %s/ and set %s.", root, kind->key);
  code = context->describe(context, message, (size_t)length);
  return code == MORTISE_OK ? MORTISE_OK : mortise_fail(error, code, "the host refused the description");
}
