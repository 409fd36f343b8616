/* Linux, macOS, and what is close to them. */
#if defined(__APPLE__)
#define _DARWIN_C_SOURCE 1
#else
#define _GNU_SOURCE 1
#endif

#include "allocation.h"
#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#if defined(__APPLE__)
#include <mach/mach.h>
#include <mach/mach_vm.h>
#else
#include <sys/uio.h>
#endif

/*
 * Stages are promised 1 MiB (stage.h); the guard page, thread-local variables and our own frames come out of the same size. Thread stacks count against
 * RLIMIT_DATA, which a confining parent sets: 64 of them must fit. A stage that needs more can start a thread itself.
 */
#define THREAD_STACK (((size_t)1 << 20) + ((size_t)256 << 10))

void mutex_open(Mutex* mutex) {
  pthread_mutex_init(mutex, NULL);
}

void mutex_close(Mutex* mutex) {
  pthread_mutex_destroy(mutex);
}

void mutex_lock(Mutex* mutex) {
  pthread_mutex_lock(mutex);
}

void mutex_unlock(Mutex* mutex) {
  pthread_mutex_unlock(mutex);
}

void condition_open(Condition* condition) {
#if defined(__APPLE__)
  pthread_cond_init(condition, NULL);
#else
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(condition, &attributes);
  pthread_condattr_destroy(&attributes);
#endif
}

void condition_close(Condition* condition) {
  pthread_cond_destroy(condition);
}

void condition_signal(Condition* condition) {
  pthread_cond_signal(condition);
}

bool condition_wait(Condition* condition, Mutex* mutex, uint64_t nanoseconds) {
#if defined(__APPLE__)
  struct timespec span = {(time_t)(nanoseconds / 1000000000u), (long)(nanoseconds % 1000000000u)};
  return pthread_cond_timedwait_relative_np(condition, mutex, &span) == 0;
#else
  const uint64_t until = clock_monotonic_ns() + nanoseconds;
  struct timespec deadline = {(time_t)(until / 1000000000u), (long)(until % 1000000000u)};
  return pthread_cond_timedwait(condition, mutex, &deadline) == 0;
#endif
}

typedef struct ThreadStart {
  void (*body)(void*);
  void* argument;
} ThreadStart;

static void* thread_main(void* start_) {
  const ThreadStart start = *(ThreadStart*)start_;
  release(start_);
  start.body(start.argument);
  return NULL;
}

bool thread_start(void (*body)(void*), void* argument) {
  ThreadStart* start = allocate(sizeof *start);
  pthread_attr_t attributes;
  if (start == NULL) return false;
  if (pthread_attr_init(&attributes) != 0) {
    release(start);
    return false;
  }
  start->body = body;
  start->argument = argument;
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, THREAD_STACK);

  /* A new thread inherits the mask of its maker. Faults stay deliverable: blocking them would not prevent the crash, only its report. */
  static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};
  sigset_t blocked, before;
  sigfillset(&blocked);
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) sigdelset(&blocked, faults[i]);
  pthread_sigmask(SIG_SETMASK, &blocked, &before);
  pthread_t thread;
  const int failed = pthread_create(&thread, &attributes, thread_main, start);
  pthread_sigmask(SIG_SETMASK, &before, NULL);

  pthread_attr_destroy(&attributes);
  if (failed != 0) release(start);
  return failed == 0;
}

uint64_t thread_self(void) {
  /* The address of a thread-local is unique among living threads; pthread_t need not be a number. */
  static THREAD_LOCAL char here;
  return (uint64_t)(uintptr_t)&here;
}

uint64_t clock_monotonic_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int64_t clock_unix_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

size_t memory_page_size(void) {
  static _Atomic size_t known;
  size_t size = atomic_load_explicit(&known, memory_order_relaxed);
  if (size == 0) {
    size = (size_t)sysconf(_SC_PAGESIZE);
    atomic_store_explicit(&known, size, memory_order_relaxed);
  }
  return size;
}

#if defined(__APPLE__)

bool memory_read_in_page(void* destination, uintptr_t address, size_t length) {
  mach_vm_size_t copied = 0;
  const kern_return_t result =
      mach_vm_read_overwrite(mach_task_self(), address, length, (mach_vm_address_t)(uintptr_t)destination, &copied);
  return result == KERN_SUCCESS && copied == length;
}

#else

/* write(2) answers EFAULT where a load would fault. Serves where a seccomp profile forbids process_vm_readv. */
static bool read_through_pipe(void* destination, uintptr_t address, size_t length) {
  static Mutex lock = MUTEX_INITIAL;
  static int ends[2] = {-1, -1};
  bool read_all = false;
  mutex_lock(&lock);
  if (ends[0] >= 0 || pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0) {
    /* In steps of PIPE_BUF (4096), which an empty pipe takes whole or not at all. */
    size_t done = 0;
    while (done < length) {
      const size_t step = length - done < 4096 ? length - done : 4096;
      ssize_t moved;
      do moved = write(ends[1], (const void*)(address + done), step);
      while (moved < 0 && errno == EINTR);
      if (moved <= 0) break;
      ssize_t back;
      do back = read(ends[0], (char*)destination + done, (size_t)moved);
      while (back < 0 && errno == EINTR);
      if (back != moved || (size_t)moved != step) break;
      done += step;
    }
    read_all = done == length;
  }
  mutex_unlock(&lock);
  return read_all;
}

bool memory_read_in_page(void* destination, uintptr_t address, size_t length) {
#if defined(__linux__)
  static atomic_bool forbidden;
  if (!atomic_load_explicit(&forbidden, memory_order_relaxed)) {
    struct iovec local = {destination, length};
    struct iovec remote = {(void*)address, length};
    if (process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)length) return true;
    if (errno == EFAULT) return false;
    if (errno == EPERM || errno == ENOSYS || errno == EACCES) atomic_store_explicit(&forbidden, true, memory_order_relaxed);
  }
#endif
  return read_through_pipe(destination, address, length);
}

#endif

bool process_at_exit(void (*handler)(void)) {
  return atexit(handler) == 0;
}

void process_end(int32_t status) {
  _exit(status);
}

/*
 * A socket pair rather than a pipe: writing to one whose reader is gone can be told, for this one call, not to raise SIGPIPE.
 */
bool doorbell_open(Doorbell* doorbell) {
  int ends[2];
#if defined(__APPLE__)
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return false;
  for (int i = 0; i < 2; i++) {
    const int on = 1;
    fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    fcntl(ends[i], F_SETFL, O_NONBLOCK);
    setsockopt(ends[i], SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
  }
#else
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) return false;
#endif
  struct stat opened;
  if (fstat(ends[1], &opened) != 0) {
    close(ends[0]);
    close(ends[1]);
    return false;
  }
  doorbell->read_end = ends[0];
  doorbell->write_end = ends[1];
  doorbell->device = opened.st_dev;
  doorbell->inode = opened.st_ino;
  return true;
}

uint32_t doorbell_hand_over(Doorbell* doorbell, int32_t* descriptor, char* name, size_t capacity) {
  if (capacity > 0 && name != NULL) name[0] = 0;
  *descriptor = doorbell->read_end;
  doorbell->read_end = -1;
  return 0;
}

/* Whether the write end is still the socket that was opened: a plugin that closes a descriptor once too often may have closed this one. */
static bool is_ours(const Doorbell* doorbell) {
  struct stat now;
  return fstat(doorbell->write_end, &now) == 0 && now.st_dev == doorbell->device && now.st_ino == doorbell->inode;
}

void doorbell_ring(Doorbell* doorbell) {
  if (!is_ours(doorbell)) return;
  const char byte = 1;
  ssize_t sent;
#if defined(__APPLE__)
  do sent = send(doorbell->write_end, &byte, 1, 0);
#else
  do sent = send(doorbell->write_end, &byte, 1, MSG_NOSIGNAL);
#endif
  while (sent < 0 && errno == EINTR);
}

bool doorbell_orphaned(Doorbell* doorbell) {
  /* A descriptor that is no longer ours, because a plugin closed it, says nothing of the reader. */
  if (!is_ours(doorbell)) return false;
  struct pollfd look = {doorbell->write_end, POLLOUT, 0};
  return poll(&look, 1, 0) > 0 && (look.revents & (POLLHUP | POLLERR)) != 0;
}

void doorbell_close(Doorbell* doorbell) {
  if (is_ours(doorbell)) close(doorbell->write_end);
  if (doorbell->read_end >= 0) close(doorbell->read_end);
}
