/* Loaded PE libraries. */
#include "platform.h"

static HMODULE module_of(uintptr_t address, DWORD flags) {
  HMODULE module = NULL;
  if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | flags, (LPCWSTR)address, &module)) return NULL;
  return module;
}

bool image_describe(uintptr_t address, MortiseImage* image) {
  HMODULE module = module_of(address, GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT);
  if (module == NULL) return false;
  const char* base = (const char*)module;
  const IMAGE_DOS_HEADER* dos = (const IMAGE_DOS_HEADER*)base;
  const IMAGE_NT_HEADERS* headers = (const IMAGE_NT_HEADERS*)(base + dos->e_lfanew);
  if (dos->e_magic != IMAGE_DOS_SIGNATURE || headers->Signature != IMAGE_NT_SIGNATURE) return false;

  image->base = (uint64_t)(uintptr_t)base;
  image->range_count = 0;
  const IMAGE_SECTION_HEADER* section = IMAGE_FIRST_SECTION(headers);
  for (WORD i = 0; i < headers->FileHeader.NumberOfSections && image->range_count < MORTISE_IMAGE_RANGES; i++, section++) {
    if ((section->Characteristics & IMAGE_SCN_MEM_EXECUTE) == 0) continue;
    /* The file's part may be padded beyond the section's own size; the smaller of the two is code. */
    DWORD size = section->Misc.VirtualSize;
    if (size == 0 || section->SizeOfRawData < size) size = section->SizeOfRawData;
    image->ranges[image->range_count].start = image->base + section->VirtualAddress;
    image->ranges[image->range_count].end = image->base + section->VirtualAddress + size;
    image->range_count++;
  }

  WCHAR wide[2048];
  const DWORD units = GetModuleFileNameW(module, wide, sizeof wide / sizeof *wide);
  const int length = WideCharToMultiByte(CP_UTF8, 0, wide, (int)units, image->path, (int)sizeof image->path - 1, NULL, NULL);
  image->path_length = length > 0 ? (uint32_t)length : 0;
  image->path[image->path_length] = 0;
  return true;
}

bool image_keep(uintptr_t address) {
  return module_of(address, GET_MODULE_HANDLE_EX_FLAG_PIN) != NULL;
}

bool image_symbol(uintptr_t address, char* name, size_t capacity) {
  (void)address;
  (void)name;
  (void)capacity;
  return false;
}
