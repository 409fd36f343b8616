/* Windows 10 and later. */
#if !defined(_WIN32_WINNT)
#define _WIN32_WINNT 0x0A00
#endif

#include "platform.h"

#include "allocation.h"

#include <process.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Stages are promised 1 MiB (stage.h); guard pages and our own frames come out of the same size. */
#define THREAD_STACK ((1u << 20) + (256u << 10))

void mutex_open(Mutex* mutex) {
  InitializeSRWLock(mutex);
}

void mutex_close(Mutex* mutex) {
  (void)mutex;
}

void mutex_lock(Mutex* mutex) {
  AcquireSRWLockExclusive(mutex);
}

void mutex_unlock(Mutex* mutex) {
  ReleaseSRWLockExclusive(mutex);
}

void condition_open(Condition* condition) {
  InitializeConditionVariable(condition);
}

void condition_close(Condition* condition) {
  (void)condition;
}

void condition_signal(Condition* condition) {
  WakeConditionVariable(condition);
}

bool condition_wait(Condition* condition, Mutex* mutex, uint64_t nanoseconds) {
  const uint64_t milliseconds = (nanoseconds + 999999) / 1000000;
  return SleepConditionVariableSRW(condition, mutex, milliseconds < INFINITE ? (DWORD)milliseconds : INFINITE - 1, 0) != 0;
}

typedef struct ThreadStart {
  void (*body)(void*);
  void* argument;
} ThreadStart;

static unsigned __stdcall thread_main(void* start_) {
  const ThreadStart start = *(ThreadStart*)start_;
  release(start_);
  start.body(start.argument);
  return 0;
}

bool thread_start(void (*body)(void*), void* argument) {
  ThreadStart* start = allocate(sizeof *start);
  if (start == NULL) return false;
  start->body = body;
  start->argument = argument;
  const uintptr_t thread = _beginthreadex(NULL, THREAD_STACK, thread_main, start, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
  if (thread == 0) {
    release(start);
    return false;
  }
  CloseHandle((HANDLE)thread);
  return true;
}

uint64_t thread_self(void) {
  return GetCurrentThreadId();
}

uint64_t clock_monotonic_ns(void) {
  static _Atomic int64_t known;
  int64_t frequency = atomic_load_explicit(&known, memory_order_relaxed);
  LARGE_INTEGER now;
  if (frequency == 0) {
    QueryPerformanceFrequency(&now);
    frequency = now.QuadPart;
    atomic_store_explicit(&known, frequency, memory_order_relaxed);
  }
  QueryPerformanceCounter(&now);
  /* Seconds apart from the rest: ticks times 10^9 overflows after a quarter of an hour at 10 MHz. */
  const uint64_t seconds = (uint64_t)(now.QuadPart / frequency);
  const uint64_t rest = (uint64_t)(now.QuadPart % frequency);
  return seconds * 1000000000u + rest * 1000000000u / (uint64_t)frequency;
}

int64_t clock_unix_ms(void) {
  FILETIME now;
  GetSystemTimePreciseAsFileTime(&now);
  const int64_t ticks = (int64_t)(((uint64_t)now.dwHighDateTime << 32) | now.dwLowDateTime);
  return ticks / 10000 - INT64_C(11644473600000); /* 100 ns since 1601 */
}

size_t memory_page_size(void) {
  return 4096; /* of every Windows that runs Node; smaller than the true one would do no harm */
}

bool memory_read_in_page(void* destination, uintptr_t address, size_t length) {
  SIZE_T copied = 0;
  return ReadProcessMemory(GetCurrentProcess(), (LPCVOID)address, destination, length, &copied) && copied == length;
}

bool process_at_exit(void (*handler)(void)) {
  (void)handler; /* ExitProcess ends every other thread before it calls into libraries */
  return true;
}

void process_end(int32_t status) {
  TerminateProcess(GetCurrentProcess(), (UINT)status);
}

static void send_byte(Doorbell* doorbell) {
  static const char byte = 1;
  /* A write in progress is a wake-up that the reader has not had yet. */
  if (WaitForSingleObject(doorbell->written, 0) != WAIT_OBJECT_0) return;
  ResetEvent(doorbell->written);
  memset(&doorbell->writing, 0, sizeof doorbell->writing);
  doorbell->writing.hEvent = doorbell->written;
  if (!WriteFile(doorbell->pipe, &byte, 1, NULL, &doorbell->writing) && GetLastError() != ERROR_IO_PENDING) {
    SetEvent(doorbell->written);
  }
}

static void CALLBACK reader_arrived(void* doorbell_, BOOLEAN timed_out) {
  (void)timed_out;
  Doorbell* doorbell = doorbell_;
  mutex_lock(&doorbell->lock);
  if (doorbell->owed) send_byte(doorbell);
  doorbell->owed = false;
  mutex_unlock(&doorbell->lock);
}

bool doorbell_open(Doorbell* doorbell) {
  static atomic_uint serial;
  memset(doorbell, 0, sizeof *doorbell);
  mutex_open(&doorbell->lock);
  snprintf(doorbell->name, sizeof doorbell->name, "\\\\.\\pipe\\mortise-%lu-%u-%llx", (unsigned long)GetCurrentProcessId(),
           atomic_fetch_add(&serial, 1u), (unsigned long long)clock_monotonic_ns());
  doorbell->pipe = CreateNamedPipeA(doorbell->name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
                                    PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS, 1, 64, 64, 0, NULL);
  if (doorbell->pipe == INVALID_HANDLE_VALUE) return false;
  doorbell->connected = CreateEventW(NULL, TRUE, FALSE, NULL);
  doorbell->written = CreateEventW(NULL, TRUE, TRUE, NULL);
  doorbell->connecting.hEvent = doorbell->connected;
  if (doorbell->connected != NULL && doorbell->written != NULL) {
    if (!ConnectNamedPipe(doorbell->pipe, &doorbell->connecting) && GetLastError() == ERROR_PIPE_CONNECTED) SetEvent(doorbell->connected);
    if (RegisterWaitForSingleObject(&doorbell->waiting, doorbell->connected, reader_arrived, doorbell, INFINITE, WT_EXECUTEONLYONCE)) return true;
  }
  doorbell_close(doorbell);
  return false;
}

uint32_t doorbell_hand_over(Doorbell* doorbell, int32_t* descriptor, char* name, size_t capacity) {
  const size_t length = strlen(doorbell->name);
  *descriptor = -1;
  if (length >= capacity) return 0;
  memcpy(name, doorbell->name, length + 1);
  return (uint32_t)length;
}

static bool has_reader(Doorbell* doorbell) {
  return WaitForSingleObject(doorbell->connected, 0) == WAIT_OBJECT_0;
}

void doorbell_ring(Doorbell* doorbell) {
  mutex_lock(&doorbell->lock);
  if (has_reader(doorbell)) send_byte(doorbell);
  else doorbell->owed = true;
  mutex_unlock(&doorbell->lock);
}

bool doorbell_orphaned(Doorbell* doorbell) {
  return has_reader(doorbell) && !PeekNamedPipe(doorbell->pipe, NULL, 0, NULL, NULL, NULL);
}

void doorbell_close(Doorbell* doorbell) {
  if (doorbell->waiting != NULL) UnregisterWaitEx(doorbell->waiting, INVALID_HANDLE_VALUE);
  /* The system writes to the OVERLAPPEDs until the operations end: cancel, then wait for both. */
  DWORD moved;
  CancelIoEx(doorbell->pipe, NULL);
  if (doorbell->connected != NULL) GetOverlappedResult(doorbell->pipe, &doorbell->connecting, &moved, !has_reader(doorbell));
  if (doorbell->written != NULL) WaitForSingleObject(doorbell->written, 1000);
  CloseHandle(doorbell->pipe);
  if (doorbell->connected != NULL) CloseHandle(doorbell->connected);
  if (doorbell->written != NULL) CloseHandle(doorbell->written);
}
