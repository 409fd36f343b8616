/*
 * Drives one compiled plugin as a host does, through the host library itself, and prints a line for each case.
 *
 *     driver PLUGIN.so
 *
 * Any plugin with a record is led through its life; one whose name begins with "faulty-" also through its stages, functions and failures.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "life.h"

int main(int count, char** arguments) {
  Library library;
  if (count != 2) {
    fprintf(stderr, "usage: %s PLUGIN.so\n", arguments[0]);
    return 2;
  }
  unsetenv("MORTISE_FAULTY");
  if (!library_open(&library, arguments[1])) return 2;
  drive_life(&library);
  if (strncmp(library.name, "faulty-", 7) == 0) {
    drive_stages(&library);
    drive_functions(&library);
    drive_slots(&library);
  }
  library_close(&library);
  return cases_failed() == 0 ? 0 : 1;
}
