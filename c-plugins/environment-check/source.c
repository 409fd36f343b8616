#define _POSIX_C_SOURCE 200809L

#include "source.h"

#include <stdlib.h>
#include <string.h>

#if defined(__unix__) || defined(__APPLE__)
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#define HAS_POSIX_FILES 1
#else
#define HAS_POSIX_FILES 0
#endif

#if defined(__linux__)
#include <sys/utsname.h>
#endif

void source_free_names(struct Names* names) {
  for (size_t index = 0; index < names->count; index++) free(names->items[index]);
  free(names->items);
  *names = (struct Names){0};
}

bool source_line(FILE* file, char* line, size_t capacity) {
  if (fgets(line, (int)capacity, file) == NULL) return false;
  size_t length = strlen(line);
  if (length > 0 && line[length - 1] == '\n') {
    line[length - 1] = '\0';
  } else if (length + 1 == capacity) {
    int skipped = getc(file);
    while (skipped != EOF && skipped != '\n') skipped = getc(file);
  }
  return true;
}

bool source_read(const char* root, const char* path, char* line, size_t capacity) {
  FILE* file = source_open(root, path);
  if (file == NULL) return false;
  bool found = source_line(file, line, capacity);
  fclose(file);
  if (!found) return false;
  size_t length = strlen(line);
  while (length > 0 && strchr(" \t\r", line[length - 1]) != NULL) line[--length] = '\0';
  return length > 0;
}

#if HAS_POSIX_FILES

static bool join(const char* root, const char* path, char* joined) {
  int length = snprintf(joined, SOURCE_PATH, "%s/%s", root, path);
  return length > 0 && length < SOURCE_PATH;
}

bool source_is_folder(const char* path) {
  struct stat status;
  return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

FILE* source_open(const char* root, const char* path) {
  char joined[SOURCE_PATH];
  if (!join(root, path, joined)) return NULL;
  /* Non-blocking, because a pipe in the place of a file would wait for its writer. */
  int descriptor = open(joined, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return NULL;
  struct stat status;
  FILE* file = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) ? fdopen(descriptor, "rb") : NULL;
  if (file == NULL) close(descriptor);
  return file;
}

bool source_link(const char* root, const char* path, char* name, size_t capacity) {
  char joined[SOURCE_PATH];
  char target[SOURCE_PATH];
  if (!join(root, path, joined)) return false;
  ssize_t length = readlink(joined, target, sizeof target - 1);
  if (length <= 0) return false;
  target[length] = '\0';
  const char* slash = strrchr(target, '/');
  const char* last = slash != NULL ? slash + 1 : target;
  size_t size = strlen(last) + 1;
  if (size == 1 || size > capacity) return false;
  memcpy(name, last, size);
  return true;
}

static bool add_name(struct Names* names, const char* name) {
  if (names->count == names->capacity) {
    size_t capacity = names->capacity == 0 ? 16 : names->capacity * 2;
    char** items = realloc(names->items, capacity * sizeof *items);
    if (items == NULL) return false;
    names->items = items;
    names->capacity = capacity;
  }
  char* copy = strdup(name);
  if (copy == NULL) return false;
  names->items[names->count++] = copy;
  return true;
}

static int compare_names(const void* left, const void* right) {
  return strcmp(*(char* const*)left, *(char* const*)right);
}

enum SourceList source_list(const char* root, const char* path, struct Names* names) {
  char joined[SOURCE_PATH];
  if (!join(root, path, joined)) return SOURCE_MISSING;
  DIR* folder = opendir(joined);
  if (folder == NULL) return SOURCE_MISSING;
  bool complete = true;
  const struct dirent* entry;
  while (complete && (entry = readdir(folder)) != NULL) {
    if (entry->d_name[0] != '.') complete = add_name(names, entry->d_name);
  }
  closedir(folder);
  if (names->count > 0) qsort(names->items, names->count, sizeof *names->items, compare_names);
  return complete ? SOURCE_LISTED : SOURCE_NO_MEMORY;
}

#else

bool source_is_folder(const char* path) {
  (void)path;
  return false;
}

FILE* source_open(const char* root, const char* path) {
  (void)root;
  (void)path;
  return NULL;
}

bool source_link(const char* root, const char* path, char* name, size_t capacity) {
  (void)root;
  (void)path;
  (void)name;
  (void)capacity;
  return false;
}

enum SourceList source_list(const char* root, const char* path, struct Names* names) {
  (void)root;
  (void)path;
  (void)names;
  return SOURCE_MISSING;
}

#endif

bool source_uname(char* kernel, char* architecture, size_t capacity) {
#if defined(__linux__)
  struct utsname names;
  if (uname(&names) != 0) return false;
  snprintf(kernel, capacity, "%s", names.release);
  snprintf(architecture, capacity, "%s", names.machine);
  return true;
#else
  (void)kernel;
  (void)architecture;
  (void)capacity;
  return false;
#endif
}
