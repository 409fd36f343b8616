/*
 * What the host library needs from the operating system. platform_posix.c and platform_windows.c implement it, with image_elf.c,
 * image_macho.c or image_pe.c for what differs between file formats. Nothing else in this folder asks which system it is on.
 */
#ifndef MORTISE_PLATFORM_H
#define MORTISE_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mortise_host.h"

#if defined(_WIN32)
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>
typedef SRWLOCK Mutex;
typedef CONDITION_VARIABLE Condition;
#define MUTEX_INITIAL SRWLOCK_INIT
#else
#include <pthread.h>
#include <sys/types.h>
typedef pthread_mutex_t Mutex;
typedef pthread_cond_t Condition;
#define MUTEX_INITIAL PTHREAD_MUTEX_INITIALIZER
#endif

#if defined(_MSC_VER) && !defined(__clang__)
#define THREAD_LOCAL __declspec(thread)
#else
#define THREAD_LOCAL _Thread_local
#endif

void mutex_open(Mutex* mutex);
void mutex_close(Mutex* mutex);
void mutex_lock(Mutex* mutex);
void mutex_unlock(Mutex* mutex);

void condition_open(Condition* condition);
void condition_close(Condition* condition);
void condition_signal(Condition* condition);
/* Waits with mutex held. False: nanoseconds passed without a signal. May wake without reason. */
bool condition_wait(Condition* condition, Mutex* mutex, uint64_t nanoseconds);

/* Starts a detached thread that takes no asynchronous signals. */
bool thread_start(void (*body)(void*), void* argument);
uint64_t thread_self(void);

uint64_t clock_monotonic_ns(void);
int64_t clock_unix_ms(void);

size_t memory_page_size(void);
/* Copies length bytes that lie within one page. False, and no fault, if that page cannot be read. */
bool memory_read_in_page(void* destination, uintptr_t address, size_t length);

/* Describes the library that address lies in. */
bool image_describe(uintptr_t address, MortiseImage* image);
/* Keeps that library mapped for the life of the process. The program itself always is. */
bool image_keep(uintptr_t address);

/* Writes the name of the exported symbol that begins at address. False: there is none, or the system cannot tell. */
bool image_symbol(uintptr_t address, char* name, size_t capacity);

/* Runs handler at process exit, before the destructors of every library that is loaded now; where the system stops all threads before it
 * comes to destructors, does nothing. */
bool process_at_exit(void (*handler)(void));
/* Ends the process now: no handler, no destructor. */
void process_end(int32_t status);

/* A one-byte wake-up for a JavaScript event loop. Calls on one doorbell are serialised by its owner. */
typedef struct Doorbell {
#if defined(_WIN32)
  HANDLE pipe;
  HANDLE connected; /* event: the reader has connected */
  HANDLE waiting;   /* registered wait for `connected` */
  HANDLE written;   /* event of the write in progress */
  OVERLAPPED connecting;
  OVERLAPPED writing;
  Mutex lock;       /* ringing against the reader's arrival, which a thread of the system reports */
  bool owed;        /* rung before the reader came */
  char name[64];
#else
  int write_end;
  dev_t device; /* identity of the write end */
  ino_t inode;
  int read_end; /* -1 once handed over */
#endif
} Doorbell;

bool doorbell_open(Doorbell* doorbell);
/* As mortise_session_doorbell. */
uint32_t doorbell_hand_over(Doorbell* doorbell, int32_t* descriptor, char* name, size_t capacity);
/* Never blocks, never raises a signal. A byte that does not fit is not needed: the reader has others to wake up for. */
void doorbell_ring(Doorbell* doorbell);
/* Whether the reader took its end and has closed it since. */
bool doorbell_orphaned(Doorbell* doorbell);
void doorbell_close(Doorbell* doorbell);

#endif
