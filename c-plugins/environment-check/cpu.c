/* environment:cpu */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source.h"
#include "stage.h"

/* Lines of /proc/cpuinfo are "name<tabs>: value"; the longest are the flags, about 3 KiB on today's x86. */
#define LINE 16384
#define MOST_CORES 8192

static const char* const interesting[] = {
    "vmx", "svm", "hypervisor", "aes", "sse4_2", "avx", "avx2", "avx512f", "sha_ni", "rdrand", /* x86 */
    "asimd", "sve", "sha2", "crc32", "atomics",                                                /* arm64 */
};
#define INTERESTING (sizeof interesting / sizeof interesting[0])

struct Processor {
  char model[256];  /* empty: unknown */
  char vendor[256];
  int64_t logical;
  bool flags_known;
  bool flags[INTERESTING];

  /* Each core once, as its package in the upper half and its number in the lower; filled per logical processor. */
  uint64_t* cores;
  size_t core_count;
  size_t core_capacity;
  bool cores_unknown; /* a number was not understood, or there are too many */
  int64_t package;    /* of the logical processor in progress; -1: not told */
  int64_t core;
};

static void copy_value(char* to, size_t capacity, const char* value) {
  size_t length = strlen(value);
  /* The first processor's word counts; a value that does not fit is unknown, not half known. */
  if (to[0] == '\0' && length < capacity) memcpy(to, value, length + 1);
}

static int64_t number_of(const char* value) {
  char* end;
  errno = 0;
  long long number = strtoll(value, &end, 10);
  return end == value || *end != '\0' || errno != 0 || number < 0 || number > INT32_MAX ? -1 : (int64_t)number;
}

/* The logical processor in progress is complete: remembers its core if that is new. */
static FfiResult end_processor(struct Processor* processor) {
  if (processor->package < 0 || processor->core < 0) {
    processor->cores_unknown = true;
    return MORTISE_OK;
  }
  uint64_t core = ((uint64_t)processor->package << 32) | (uint64_t)processor->core;
  processor->package = processor->core = -1;
  for (size_t index = 0; index < processor->core_count; index++) {
    if (processor->cores[index] == core) return MORTISE_OK;
  }
  if (processor->core_count == MOST_CORES) {
    processor->cores_unknown = true;
    return MORTISE_OK;
  }
  if (processor->core_count == processor->core_capacity) {
    size_t capacity = processor->core_capacity == 0 ? 64 : processor->core_capacity * 2;
    uint64_t* cores = realloc(processor->cores, capacity * sizeof *cores);
    if (cores == NULL) return MORTISE_OUT_OF_MEMORY;
    processor->cores = cores;
    processor->core_capacity = capacity;
  }
  processor->cores[processor->core_count++] = core;
  return MORTISE_OK;
}

static void take_flags(struct Processor* processor, char* value) {
  if (processor->flags_known) return;
  processor->flags_known = true;
  for (char* flag = value; *flag != '\0';) {
    size_t length = strcspn(flag, " ");
    for (size_t index = 0; index < INTERESTING; index++) {
      if (strlen(interesting[index]) == length && memcmp(interesting[index], flag, length) == 0) processor->flags[index] = true;
    }
    flag += length;
    flag += strspn(flag, " ");
  }
}

/* ARM's /proc/cpuinfo gives the designer as a number (Arm ARM, MIDR_EL1.Implementer). */
static const char* implementer_name(const char* value) {
  static const struct {
    const char* number;
    const char* name;
  } implementers[] = {
      {"0x41", "ARM"}, {"0x42", "Broadcom"}, {"0x43", "Cavium"}, {"0x48", "HiSilicon"},
      {"0x4e", "NVIDIA"}, {"0x51", "Qualcomm"}, {"0x61", "Apple"}, {"0xc0", "Ampere"},
  };
  for (size_t index = 0; index < sizeof implementers / sizeof implementers[0]; index++) {
    if (strcmp(implementers[index].number, value) == 0) return implementers[index].name;
  }
  return value;
}

static FfiResult take_line(struct Processor* processor, char* line) {
  char* colon = strchr(line, ':');
  if (colon == NULL) return MORTISE_OK;
  size_t length = (size_t)(colon - line);
  while (length > 0 && (line[length - 1] == '\t' || line[length - 1] == ' ')) length--;
  line[length] = '\0';
  char* value = colon + 1 + strspn(colon + 1, " \t");

  if (strcmp(line, "processor") == 0) {
    FfiResult code = processor->logical > 0 ? end_processor(processor) : MORTISE_OK;
    processor->logical++;
    return code;
  }
  if (strcmp(line, "model name") == 0) copy_value(processor->model, sizeof processor->model, value);
  if (strcmp(line, "vendor_id") == 0) copy_value(processor->vendor, sizeof processor->vendor, value);
  if (strcmp(line, "CPU implementer") == 0) copy_value(processor->vendor, sizeof processor->vendor, implementer_name(value));
  if (strcmp(line, "physical id") == 0) processor->package = number_of(value);
  if (strcmp(line, "core id") == 0) processor->core = number_of(value);
  if (strcmp(line, "flags") == 0 || strcmp(line, "Features") == 0) take_flags(processor, value);
  return MORTISE_OK;
}

static FfiResult read_processor(const struct Machine* machine, struct Processor* processor) {
  FILE* file = source_open(machine->root, "proc/cpuinfo");
  if (file == NULL) return MORTISE_OK;
  char* line = malloc(LINE);
  FfiResult code = line != NULL ? MORTISE_OK : MORTISE_OUT_OF_MEMORY;
  while (code == MORTISE_OK && source_line(file, line, LINE)) {
    code = mortise_cancelled(machine->context) ? MORTISE_CANCELLED : take_line(processor, line);
  }
  if (code == MORTISE_OK && processor->logical > 0) code = end_processor(processor);
  free(line);
  fclose(file);
  return code;
}

static int64_t sockets_of(const struct Processor* processor) {
  int64_t sockets = 0;
  for (size_t index = 0; index < processor->core_count; index++) {
    bool seen = false;
    for (size_t earlier = 0; earlier < index && !seen; earlier++) seen = processor->cores[earlier] >> 32 == processor->cores[index] >> 32;
    if (!seen) sockets++;
  }
  return sockets;
}

static void write_processor(const struct Processor* processor, struct Json* json) {
  bool cores_known = processor->logical > 0 && !processor->cores_unknown;
  json_open(json, '{');
  json_key(json, "model");
  json_string(json, processor->model[0] != '\0' ? processor->model : NULL);
  json_key(json, "vendor");
  json_string(json, processor->vendor[0] != '\0' ? processor->vendor : NULL);
  json_key(json, "logical");
  json_count(json, processor->logical > 0 ? processor->logical : -1);
  json_key(json, "cores");
  json_count(json, cores_known ? (int64_t)processor->core_count : -1);
  json_key(json, "sockets");
  json_count(json, cores_known ? sockets_of(processor) : -1);
  json_key(json, "flags_of_interest");
  if (processor->flags_known) {
    json_open(json, '[');
    for (size_t index = 0; index < INTERESTING; index++) {
      if (processor->flags[index]) json_string(json, interesting[index]);
    }
    json_close(json, ']');
  } else {
    json_string(json, NULL);
  }
  json_close(json, '}');
}

FfiResult probe_cpu(const struct Machine* machine, struct Json* json) {
  struct Processor processor = {.package = -1, .core = -1};
  FfiResult code = read_processor(machine, &processor);
  if (code == MORTISE_OK) write_processor(&processor, json);
  free(processor.cores);
  return code;
}
