#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "../mortise_host.h"
#include "check.h"

static MortiseImage image;

static int in_a_range(uint64_t address) {
  for (uint32_t i = 0; i < image.range_count; i++) {
    if (address >= image.ranges[i].start && address < image.ranges[i].end) return 1;
  }
  return 0;
}

static void finds_this_program(void) {
  CHECK(mortise_image_find((uintptr_t)&finds_this_program, &image) == MORTISE_OK);
  CHECK(in_a_range((uint64_t)(uintptr_t)&finds_this_program));
  CHECK(!in_a_range((uint64_t)(uintptr_t)&image));
  CHECK(strstr(image.path, "test_image") != NULL);
  CHECK(image.path_length == strlen(image.path));
}

static void finds_the_image_of_data(void) {
  CHECK(mortise_image_find((uintptr_t)&image, &image) == MORTISE_OK);
  CHECK(strstr(image.path, "test_image") != NULL);
}

static void refuses_what_is_no_image(void) {
  int local = 0;
  void* heap = malloc(16);
  CHECK(mortise_image_find((uintptr_t)&local, &image) == MORTISE_NOT_FOUND);
  CHECK(mortise_image_find((uintptr_t)heap, &image) == MORTISE_NOT_FOUND);
  CHECK(mortise_image_find(0, &image) == MORTISE_NOT_FOUND);
  CHECK(mortise_image_find(UINTPTR_MAX, &image) == MORTISE_NOT_FOUND);
  CHECK(mortise_image_pin((uintptr_t)heap) == MORTISE_NOT_FOUND);
  free(heap);
}

typedef int (*Answer)(void);

/* Opens the library next to this program, and gives the address of its function `answer`. */
static void* open_library(Answer* answer) {
  void* library = dlopen(MORTISE_TEST_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  CHECK(library != NULL);
  if (library != NULL) *(void**)answer = dlsym(library, "answer");
  return library;
}

static void finds_a_library(void) {
  Answer answer = NULL;
  void* library = open_library(&answer);
  if (library == NULL) return;
  CHECK(mortise_image_find((uintptr_t)answer, &image) == MORTISE_OK);
  CHECK(in_a_range((uint64_t)(uintptr_t)answer));
  CHECK(strcmp(image.path, MORTISE_TEST_LIBRARY) == 0);
  const uint64_t base = image.base;
  CHECK(mortise_image_find((uintptr_t)&finds_a_library, &image) == MORTISE_OK);
  CHECK(image.base != base);
  CHECK(dlclose(library) == 0);
  CHECK(mortise_image_find((uintptr_t)answer, &image) == MORTISE_NOT_FOUND);
}

static void pins_a_library(void) {
  Answer answer = NULL;
  void* library = open_library(&answer);
  if (library == NULL) return;
  CHECK(mortise_image_pin((uintptr_t)answer) == MORTISE_OK);
  CHECK(dlclose(library) == 0);
  CHECK(mortise_image_find((uintptr_t)answer, &image) == MORTISE_OK);
  CHECK(answer() == 42);
}

static void names_exported_symbols(void) {
  char name[16];
  Answer answer = NULL;
  void* library = open_library(&answer);
  if (library == NULL) return;
  CHECK(mortise_image_symbol((uintptr_t)answer, name, sizeof name) == MORTISE_OK && strcmp(name, "answer") == 0);
  CHECK(mortise_image_symbol((uintptr_t)answer + 1, name, sizeof name) == MORTISE_NOT_FOUND);
  CHECK(mortise_image_symbol(0, name, sizeof name) == MORTISE_NOT_FOUND);
  dlclose(library);
}

static void remembers_images(void) {
  uint8_t one[MORTISE_FINGERPRINT] = {1};
  uint8_t other[MORTISE_FINGERPRINT] = {2};
  for (uint64_t base = 0x1000; base < 0x20000; base += 0x1000) CHECK(mortise_image_remember(base, one) == MORTISE_OK);
  CHECK(mortise_image_remember(0x2000, one) == MORTISE_EXISTS);
  CHECK(mortise_image_remember(0x2000, other) == MORTISE_INVALID_DATA);
  CHECK(mortise_image_remember(0x2000, one) == MORTISE_EXISTS);
}

int main(void) {
  RUN("finds the program by an address of its code, with its executable ranges", finds_this_program);
  RUN("finds the program by an address of its data", finds_the_image_of_data);
  RUN("finds nothing for the stack, the heap, NULL and the end of the address space", refuses_what_is_no_image);
  RUN("finds an opened library, and no longer after it was closed", finds_a_library);
  RUN("keeps a pinned library mapped after it was closed", pins_a_library);
  RUN("names the exported symbol that begins at an address", names_exported_symbols);
  RUN("remembers which bytes an image was mapped from, and notices others", remembers_images);
  return CHECK_RESULT();
}
