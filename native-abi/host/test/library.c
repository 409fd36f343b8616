/* A library for test_image.c to open, close and pin. */
#include "mortise.h"

MORTISE_EXPORT int answer(void);

int answer(void) {
  return 42;
}
