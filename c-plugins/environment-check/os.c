/* environment:os */
#include <string.h>

#include "source.h"
#include "stage.h"

/* Removes shell quoting in place: one pair of quotes around the value, and backslashes inside double quotes (os-release(5)). */
static void unquote(char* value) {
  char quote = value[0];
  if (quote != '"' && quote != '\'') return;
  char* to = value;
  for (const char* from = value + 1; *from != '\0' && *from != quote; from++) {
    if (quote == '"' && *from == '\\' && from[1] != '\0') from++;
    *to++ = *from;
  }
  *to = '\0';
}

struct Wanted {
  const char* name;
  char value[256]; /* empty: unknown */
};

static void take_line(char* line, struct Wanted* wanted, size_t count) {
  char* equals = strchr(line, '=');
  if (equals == NULL) return;
  *equals = '\0';
  for (size_t index = 0; index < count; index++) {
    if (strcmp(line, wanted[index].name) != 0) continue;
    size_t length = strlen(equals + 1);
    if (length < sizeof wanted[index].value) {
      memcpy(wanted[index].value, equals + 1, length + 1);
      unquote(wanted[index].value);
    }
  }
}

static const char* known(const char* value) { return value[0] != '\0' ? value : NULL; }

FfiResult probe_os(const struct Machine* machine, struct Json* json) {
  struct Wanted release[] = {{"ID", ""}, {"NAME", ""}, {"VERSION_ID", ""}};
  char kernel[256] = "";
  char architecture[256] = "";
  char line[1024];

  FILE* file = source_open(machine->root, "etc/os-release");
  if (file == NULL) file = source_open(machine->root, "usr/lib/os-release");
  if (file != NULL) {
    while (!mortise_cancelled(machine->context) && source_line(file, line, sizeof line)) {
      take_line(line, release, sizeof release / sizeof release[0]);
    }
    fclose(file);
  }
  if (mortise_cancelled(machine->context)) return MORTISE_CANCELLED;

  char own_kernel[256] = "";
  char own_architecture[256] = "";
  if (machine->root[0] == '\0') (void)source_uname(own_kernel, own_architecture, sizeof own_kernel);
  bool kernel_read = source_read(machine->root, "proc/sys/kernel/osrelease", kernel, sizeof kernel);
  bool architecture_read = source_read(machine->root, "proc/sys/kernel/arch", architecture, sizeof architecture);

  json_open(json, '{');
  json_key(json, "id");
  json_string(json, known(release[0].value));
  json_key(json, "name");
  json_string(json, known(release[1].value));
  json_key(json, "version");
  json_string(json, known(release[2].value));
  json_key(json, "kernel");
  json_string(json, known(kernel_read ? kernel : own_kernel));
  json_key(json, "architecture");
  json_string(json, known(architecture_read ? architecture : own_architecture));
  json_close(json, '}');
  return MORTISE_OK;
}
