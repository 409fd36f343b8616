/* The validator against a plain decoder, at every alignment. */
#include <stdlib.h>

#include "../utf8.h"
#include "utf8_model.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  for (size_t skip = 0; skip <= size && skip < 8; skip++) {
    if (utf8_valid_prefix((const char*)data + skip, size - skip) != model_valid_prefix(data + skip, size - skip)) abort();
  }
  return 0;
}
