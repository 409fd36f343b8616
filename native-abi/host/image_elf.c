/* Loaded ELF libraries. */
#define _GNU_SOURCE 1

#include "platform.h"

#include <dlfcn.h>
#include <link.h>
#include <string.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/auxv.h>
#endif

typedef struct Search {
  uintptr_t address;
  MortiseImage* image;
} Search;

/* The kernel's own page of code is listed like a library, but no file stands behind it. */
static bool is_kernel_page(const struct dl_phdr_info* object) {
#if defined(__linux__)
  const uintptr_t header = (uintptr_t)getauxval(AT_SYSINFO_EHDR);
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr)* segment = &object->dlpi_phdr[i];
    const uintptr_t start = object->dlpi_addr + segment->p_vaddr;
    if (segment->p_type == PT_LOAD && header >= start && header - start < segment->p_memsz) return true;
  }
#else
  (void)object;
#endif
  return false;
}

static int visit(struct dl_phdr_info* object, size_t size, void* search_) {
  (void)size;
  Search* search = search_;
  MortiseImage* image = search->image;
  bool holds_address = false;
  uint32_t ranges = 0;
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr)* segment = &object->dlpi_phdr[i];
    if (segment->p_type != PT_LOAD) continue;
    const uintptr_t start = object->dlpi_addr + segment->p_vaddr;
    if (search->address >= start && search->address - start < segment->p_memsz) holds_address = true;
    if ((segment->p_flags & PF_X) != 0 && ranges < MORTISE_IMAGE_RANGES) {
      /* Only what comes from the file: beyond p_filesz memory is zeros. */
      image->ranges[ranges].start = start;
      image->ranges[ranges].end = start + segment->p_filesz;
      ranges++;
    }
  }
  if (!holds_address || is_kernel_page(object)) return 0;
  image->base = object->dlpi_addr;
  image->range_count = ranges;
  const char* path = object->dlpi_name != NULL ? object->dlpi_name : "";
  size_t length = strlen(path);
  if (length >= sizeof image->path) length = sizeof image->path - 1;
  memcpy(image->path, path, length);
#if defined(__linux__)
  if (length == 0) { /* the program itself */
    const ssize_t read = readlink("/proc/self/exe", image->path, sizeof image->path - 1);
    length = read > 0 ? (size_t)read : 0;
  }
#endif
  image->path[length] = 0;
  image->path_length = (uint32_t)length;
  return 1;
}

bool image_describe(uintptr_t address, MortiseImage* image) {
  Search search = {address, image};
  return dl_iterate_phdr(visit, &search) == 1;
}

bool image_keep(uintptr_t address) {
  Dl_info info;
#if defined(__GLIBC__)
  /* The loader's own name for it finds the mapped library again even if the file has been replaced or removed. */
  struct link_map* map = NULL;
  if (dladdr1((const void*)address, &info, (void**)&map, RTLD_DL_LINKMAP) == 0 || map == NULL) return false;
  const char* name = map->l_name;
#else
  if (dladdr((const void*)address, &info) == 0) return false;
  const char* name = info.dli_fname;
#endif
  if (name == NULL || name[0] == 0) return true; /* the program itself */
#if !defined(__GLIBC__)
  MortiseImage image;
  if (!image_describe(address, &image)) return false;
#endif
  void* handle = dlopen(name, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
  if (handle == NULL) {
#if defined(__GLIBC__)
    return false;
#else
    return true; /* musl never unmaps a library, and does not list the program under a name that dlopen finds */
#endif
  }
  dlclose(handle); /* gives the count back; the mark stays */
  return true;
}

bool image_symbol(uintptr_t address, char* name, size_t capacity) {
  Dl_info info;
  if (dladdr((const void*)address, &info) == 0 || info.dli_sname == NULL || (uintptr_t)info.dli_saddr != address) return false;
  const size_t length = strlen(info.dli_sname);
  if (length >= capacity) return false;
  memcpy(name, info.dli_sname, length + 1);
  return true;
}
