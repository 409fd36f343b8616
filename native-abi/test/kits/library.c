#include "library.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char* read_file(const char* path, size_t* length) {
  FILE* file = fopen(path, "rb");
  if (file == NULL) return NULL;
  size_t capacity = 1 << 20, used = 0;
  char* bytes = malloc(capacity);
  for (size_t got; bytes != NULL && (got = fread(bytes + used, 1, capacity - used, file)) > 0;) {
    used += got;
    if (used == capacity) bytes = realloc(bytes, capacity *= 2);
  }
  fclose(file);
  *length = used;
  return bytes;
}

/* The first record in the file. Its machine is this one: it is about to be opened. */
static bool find_record(Library* library, const char* bytes, size_t length) {
  for (size_t at = 0; at + sizeof(MortiseRecord) <= length; at++) {
    if (memcmp(bytes + at, MORTISE_RECORD_MAGIC, 8) != 0) continue;
    memcpy(&library->record, bytes + at, sizeof library->record);
    const MortiseRecord* record = &library->record;
    /* The magic may also stand in code that compares with it. */
    if (record->format != MORTISE_RECORD_FORMAT || record->record_size != sizeof *record) continue;
    if (record->manifest_length > length - at - record->record_size) continue;
    library->manifest = malloc((size_t)record->manifest_length + 1);
    if (library->manifest == NULL) return false;
    memcpy(library->manifest, bytes + at + record->record_size, (size_t)record->manifest_length);
    library->manifest[record->manifest_length] = 0;
    return true;
  }
  return false;
}

/* The string behind the first "key" of a manifest that this project's plugins have: no escapes in it. */
static void manifest_string(const char* manifest, const char* key, char* value, size_t capacity) {
  char quoted[64];
  snprintf(quoted, sizeof quoted, "\"%s\"", key);
  const char* at = strstr(manifest, quoted);
  value[0] = 0;
  if (at == NULL) return;
  at += strlen(quoted);
  at += strspn(at, " \t\r\n:");
  if (*at != '"') return;
  const size_t length = strcspn(at + 1, "\"");
  if (length >= capacity) return;
  memcpy(value, at + 1, length);
  value[length] = 0;
}

/* POSIX lets what dlsym returns be a function; ISO C does not let it be cast to one. */
static void symbol(void* handle, const char* name, void* function) {
  void* address = dlsym(handle, name);
  memcpy(function, &address, sizeof address);
}

bool library_open(Library* library, const char* path) {
  memset(library, 0, sizeof *library);
  size_t length = 0;
  char* bytes = read_file(path, &length);
  const bool found = bytes != NULL && find_record(library, bytes, length);
  free(bytes);
  if (!found) {
    fprintf(stderr, "%s: no file with a record\n", path);
    return false;
  }
  manifest_string(library->manifest, "name", library->name, sizeof library->name);
  manifest_string(library->manifest, "version", library->version, sizeof library->version);
  void* handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return false;
  }
  symbol(handle, "_plugin_init", &library->entry);
  symbol(handle, "mortise_plugin_extension", &library->extension);
  MortiseImage image;
  if (library->entry == NULL || mortise_image_find((uintptr_t)library->entry, &image) != MORTISE_OK) {
    fprintf(stderr, "%s exports no _plugin_init of its own\n", path);
    return false;
  }
  library->base = image.base;
  (void)mortise_image_pin((uintptr_t)library->entry);
  dlclose(handle); /* pinned: it stays, as in a host */
  return true;
}

void library_close(Library* library) {
  free(library->manifest);
  library->manifest = NULL;
}

bool library_has_kit(const Library* library) {
  static const char* const made[] = {"faulty-c", "faulty-cpp", "faulty-rust"};
  for (size_t index = 0; index < sizeof made / sizeof *made; index++) {
    if (strcmp(library->name, made[index]) == 0) return true;
  }
  return false;
}
