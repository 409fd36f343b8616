/*
 * Drives the table of the service `log` beside a host of its own. Reads lines: `open` and two option values that tabs separate (`-`: absent), `gone`, after
 * which the host answers as after destroy, and `write` with level, tag and message (`-`: NULL). Answers each with a line: the code and what reached the host.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "logging/log.h"
#include "logging/service.h"
#include "mortise_logging.h"

static const char* level_option;
static const char* prefix_option;
static bool gone;
static uint32_t log_level = MORTISE_LOG_DEBUG;

static FfiResult config(const MortiseHost* host, const char* key, MortiseValue* value) {
  const char* text = strcmp(key, "level") == 0 ? level_option : strcmp(key, "prefix") == 0 ? prefix_option : NULL;
  (void)host;
  if (text == NULL) return MORTISE_NOT_FOUND;
  *value = mortise_string(text, strlen(text));
  return MORTISE_OK;
}

static FfiResult print_line(const MortiseHost* host, uint32_t level, const char* message, size_t length, const MortiseField* fields, size_t count) {
  (void)host;
  if (gone) return MORTISE_CANCELLED;
  printf("%u %.*s", level, (int)length, message);
  for (size_t index = 0; index < count; index++) {
    printf(" %s=%.*s", fields[index].key, (int)fields[index].value.length, (const char*)fields[index].value.as.data);
  }
  printf(" ");
  return MORTISE_OK;
}

static const MortiseHost host = {.size = sizeof host, .log_level = &log_level, .log = print_line, .config = config};

/* A copy that ends where the text does, for the sanitizer; NULL for `-`. */
static char* argument(const char* text) { return strcmp(text, "-") == 0 ? NULL : strdup(text); }

static void answer(const MortiseLogService* service, char* line) {
  char* words[4];
  char why[256] = "";
  MortiseError error = {.size = sizeof error, .message = {why, sizeof why - 1, 0}};
  for (int index = 0; index < 4; index++) {
    words[index] = line;
    line += strcspn(line, "\t\n");
    if (*line != '\0') *line++ = '\0';
  }
  if (strcmp(words[0], "gone") == 0) {
    gone = true;
    printf("gone\n");
    return;
  }
  char* first = argument(words[2]);
  char* second = argument(words[3]);
  if (strcmp(words[0], "open") == 0) {
    char* level = argument(words[1]);
    level_option = level;
    prefix_option = first;
    FfiResult code = log_open(&host, &error);
    why[error.message.length] = '\0';
    printf("%d %s\n", (int)code, why);
    free(level);
  } else {
    FfiResult code = service->write((uint32_t)strtoul(words[1], NULL, 10), first, second);
    printf("%d %u\n", (int)code, service->threshold());
  }
  free(first);
  free(second);
}

int main(void) {
  static char line[1 << 18];
  const MortiseLogService* service = &log_service;
  printf("%s %s %d\n", MORTISE_LOG_SERVICE, MORTISE_LOG_SERVICE_VERSION, MORTISE_HAS(service, MortiseLogService, threshold));
  while (fgets(line, sizeof line, stdin) != NULL) answer(service, line);
  return 0;
}
