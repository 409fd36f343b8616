/* Reads nothing beyond the end, and keeps its word on prefixes: a value with a closing quote, bracket or brace has no valid prefix that ends before it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../json.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (!json_valid((const char*)data, size)) return 0;
  size_t end = size;
  while (end > 0 && strchr(" \n\r\t", data[end - 1]) != NULL && data[end - 1] != 0) end--;
  if (end == 0) abort();
  const uint8_t last = data[end - 1];
  if ((last == '}' || last == ']' || last == '"') && json_valid((const char*)data, end - 1)) abort();
  return 0;
}
