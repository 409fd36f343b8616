/* Loaded Mach-O libraries. */
#define _DARWIN_C_SOURCE 1

#include "platform.h"

#include <dlfcn.h>
#include <mach-o/dyld.h>
#include <mach-o/loader.h>
#include <mach/vm_prot.h>
#include <string.h>

/* The slide of the image whose header is at `header`, which dyld counts next to the name. */
static bool find_slide(const struct mach_header* header, intptr_t* slide) {
  const uint32_t count = _dyld_image_count();
  for (uint32_t i = 0; i < count; i++) {
    if (_dyld_get_image_header(i) == header) {
      *slide = _dyld_get_image_vmaddr_slide(i);
      return true;
    }
  }
  return false;
}

bool image_describe(uintptr_t address, MortiseImage* image) {
  Dl_info info;
  intptr_t slide = 0;
  if (dladdr((const void*)address, &info) == 0 || info.dli_fbase == NULL) return false;
  const struct mach_header_64* header = info.dli_fbase;
  if (header->magic != MH_MAGIC_64 || !find_slide((const struct mach_header*)header, &slide)) return false;

  image->base = (uint64_t)(uintptr_t)header;
  image->range_count = 0;
  const char* at = (const char*)(header + 1);
  for (uint32_t i = 0; i < header->ncmds; i++) {
    const struct load_command* command = (const struct load_command*)at;
    if (command->cmd == LC_SEGMENT_64) {
      const struct segment_command_64* segment = (const struct segment_command_64*)at;
      if ((segment->initprot & VM_PROT_EXECUTE) != 0 && image->range_count < MORTISE_IMAGE_RANGES) {
        const uint64_t start = segment->vmaddr + (uint64_t)slide;
        image->ranges[image->range_count].start = start;
        image->ranges[image->range_count].end = start + segment->filesize;
        image->range_count++;
      }
    }
    at += command->cmdsize;
  }
  const char* path = info.dli_fname != NULL ? info.dli_fname : "";
  size_t length = strlen(path);
  if (length >= sizeof image->path) length = sizeof image->path - 1;
  memcpy(image->path, path, length);
  image->path[length] = 0;
  image->path_length = (uint32_t)length;
  return true;
}

bool image_keep(uintptr_t address) {
  Dl_info info;
  if (dladdr((const void*)address, &info) == 0 || info.dli_fname == NULL) return false;
  if (((const struct mach_header*)info.dli_fbase)->filetype == MH_EXECUTE) return true;
  void* handle = dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
  if (handle == NULL) return false;
  dlclose(handle);
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
