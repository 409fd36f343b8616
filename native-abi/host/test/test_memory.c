#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../mortise_host.h"
#include "check.h"

#if defined(__linux__)
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

static char* pages; /* three: readable, readable, not readable */
static size_t page;

static void map_pages(void) {
  page = (size_t)sysconf(_SC_PAGESIZE);
  pages = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memset(pages, 'x', 3 * page);
  mprotect(pages + 2 * page, page, PROT_NONE);
}

static uintptr_t guard_minus(size_t bytes) {
  return (uintptr_t)(pages + 2 * page - bytes);
}

static void reads_up_to_a_guard_page(void) {
  char* copy = malloc(3 * page);
  CHECK(mortise_memory_read(copy, (uintptr_t)pages, 2 * page) == 2 * page);
  CHECK(memcmp(copy, pages, 2 * page) == 0);
  CHECK(mortise_memory_read(copy, (uintptr_t)pages, 3 * page) == 2 * page);
  CHECK(mortise_memory_read(copy, (uintptr_t)pages + 5, 3 * page - 5) == 2 * page - 5);
  CHECK(mortise_memory_read(copy, guard_minus(1), 2) == 1);
  CHECK(mortise_memory_read(copy, guard_minus(0), 1) == 0);
  CHECK(mortise_memory_read(copy, guard_minus(0), 0) == 0);
  free(copy);
}

static void answers_for_impossible_addresses(void) {
  char copy[64];
  CHECK(mortise_memory_read(copy, 0, sizeof copy) == 0);
  CHECK(mortise_memory_read(copy, 1, sizeof copy) == 0);
  CHECK(mortise_memory_read(copy, UINTPTR_MAX, 1) == 0);
  CHECK(mortise_memory_read(copy, UINTPTR_MAX - 8, sizeof copy) == 0);
  CHECK(mortise_memory_read(copy, (uintptr_t)1 << (sizeof(void*) * 8 - 1), sizeof copy) == 0);
  CHECK(mortise_memory_read_string(copy, sizeof copy, 0) == -1);
  CHECK(mortise_memory_read_string(copy, sizeof copy, UINTPTR_MAX) == -1);
}

static void reads_strings(void) {
  char* copy = malloc(3 * page);
  CHECK(mortise_memory_read_string(copy, 6, (uintptr_t) "hello") == 5);
  CHECK(strcmp(copy, "hello") == 0);
  CHECK(mortise_memory_read_string(copy, 5, (uintptr_t) "hello") == -2);
  CHECK(mortise_memory_read_string(copy, 1, (uintptr_t) "") == 0);
  CHECK(mortise_memory_read_string(copy, 0, (uintptr_t) "") == -2);
  CHECK(mortise_memory_read_string(copy, 3 * page, guard_minus(4)) == -1);
  CHECK(mortise_memory_read_string(copy, 4, guard_minus(4)) == -2);
  pages[2 * page - 1] = 0;
  CHECK(mortise_memory_read_string(copy, 3 * page, guard_minus(1)) == 0);
  CHECK(mortise_memory_read_string(copy, 3 * page, guard_minus(4)) == 3);
  CHECK(mortise_memory_read_string(copy, 3 * page, (uintptr_t)pages + 3) == (int64_t)(2 * page - 4));
  pages[2 * page - 1] = 'x';
  free(copy);
}

#if defined(__linux__)
/* In a child, because the filter cannot be taken off again. 2: the filter cannot be set here. */
static int run_without_vm_readv(void) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_process_vm_readv, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof code / sizeof *code, code};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) return 2;
  reads_up_to_a_guard_page();
  answers_for_impossible_addresses();
  reads_strings();
  return atomic_load(&check_failures) == 0 ? 0 : 1;
}

static int fallback_status;

static void fallback_holds(void) {
  CHECK(fallback_status == 0);
}

static void test_fallback(void) {
  const char* sentence = "does the same through a pipe where process_vm_readv is forbidden";
  const pid_t child = fork();
  if (child == 0) _exit(run_without_vm_readv());
  int status = 0;
  waitpid(child, &status, 0);
  fallback_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (fallback_status == 2) check_skip(sentence, "no seccomp filter can be set here");
  else RUN(sentence, fallback_holds);
}
#endif

static void copies(void) {
  char copy[4] = "abc";
  mortise_memory_copy(copy, (uintptr_t) "xyz", 3);
  CHECK(strcmp(copy, "xyz") == 0);
  mortise_memory_copy(copy, 0, 0);
}

int main(void) {
  map_pages();
  RUN("reads exactly up to the first unreadable page", reads_up_to_a_guard_page);
  RUN("answers 0 for NULL, and for addresses at the end of the address space", answers_for_impossible_addresses);
  RUN("reads strings with a limit, and never past an unreadable page", reads_strings);
#if defined(__linux__)
  test_fallback();
#endif
  RUN("copies", copies);
  munmap(pages, 3 * page);
  return CHECK_RESULT();
}
