/* Reads of memory that may not be there: every page is asked for on its own, so that a partial answer ends at a page. */
#include <string.h>

#include "platform.h"

size_t mortise_memory_read(void* destination, uintptr_t address, size_t length) {
  const size_t page = memory_page_size();
  if (length > UINTPTR_MAX - address) length = UINTPTR_MAX - address;
  size_t done = 0;
  while (done < length) {
    const size_t to_page_end = page - ((address + done) & (page - 1));
    const size_t step = length - done < to_page_end ? length - done : to_page_end;
    if (!memory_read_in_page((char*)destination + done, address + done, step)) break;
    done += step;
  }
  return done;
}

int64_t mortise_memory_read_string(char* destination, size_t capacity, uintptr_t address) {
  /* Most strings are short: small first steps keep the copy small, and never cross a page before they must. */
  const size_t page = memory_page_size();
  size_t step = 128;
  size_t done = 0;
  while (done < capacity) {
    const size_t to_page_end = page - ((address + done) & (page - 1));
    size_t wanted = capacity - done < step ? capacity - done : step;
    if (wanted > to_page_end) wanted = to_page_end;
    if (address + done < address || !memory_read_in_page(destination + done, address + done, wanted)) return -1;
    const char* end = memchr(destination + done, 0, wanted);
    if (end != NULL) return (int64_t)(end - destination);
    done += wanted;
    step = page;
  }
  return -2;
}

void mortise_memory_copy(void* destination, uintptr_t address, size_t length) {
  if (length > 0) memcpy(destination, (const void*)address, length);
}
