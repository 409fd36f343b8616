/* environment:memory */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source.h"
#include "stage.h"

/* The bytes that a line "NAME:   123 kB" of /proc/meminfo tells; -1 if it is not understood. */
static int64_t bytes_of(const char* text) {
  char* end;
  errno = 0;
  long long kibibytes = strtoll(text, &end, 10);
  if (end == text || errno != 0 || strcmp(end, " kB") != 0) return -1;
  if (kibibytes < 0 || kibibytes > INT64_MAX / 1024) return -1;
  return (int64_t)kibibytes * 1024;
}

FfiResult probe_memory(const struct Machine* machine, struct Json* json) {
  struct {
    const char* name;
    const char* key;
    int64_t bytes;
  } wanted[] = {
      {"MemTotal:", "total_bytes", -1},
      {"MemAvailable:", "available_bytes", -1},
      {"SwapTotal:", "swap_total_bytes", -1},
  };
  const size_t count = sizeof wanted / sizeof wanted[0];
  char line[256];

  FILE* file = source_open(machine->root, "proc/meminfo");
  if (file != NULL) {
    while (!mortise_cancelled(machine->context) && source_line(file, line, sizeof line)) {
      for (size_t index = 0; index < count; index++) {
        size_t length = strlen(wanted[index].name);
        if (strncmp(line, wanted[index].name, length) == 0) wanted[index].bytes = bytes_of(line + length);
      }
    }
    fclose(file);
  }
  if (mortise_cancelled(machine->context)) return MORTISE_CANCELLED;

  json_open(json, '{');
  for (size_t index = 0; index < count; index++) {
    json_key(json, wanted[index].key);
    json_count(json, wanted[index].bytes);
  }
  json_close(json, '}');
  return MORTISE_OK;
}
