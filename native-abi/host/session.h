/*
 * Sessions, what they own, and which lock guards what. Locks are taken in this order only:
 *   the list of sessions (session.c), or the table of plugins (plugin.c)  →  a plugin's lock  →  a session's lock  →  block cache.
 * The lock of services (service.c) is taken alone.
 */
#ifndef MORTISE_SESSION_H
#define MORTISE_SESSION_H

#include <stdatomic.h>

#include "platform.h"
#include "store.h"
#include "wire.h"

/* ---- event.c ---- */

/* One announcement. The payload follows `head` in memory, so that an event is written with one copy. */
typedef struct Event {
  struct Event* next; /* NULL: in no queue */
  struct Event* previous;
  struct Event** counted_at; /* DROPPED: where its plugin looks for it, to count up instead of announcing again */
  bool part_of_job;          /* its memory belongs to a job */
  MortiseEvent head;
} Event;

/* A ring through `ends`. Guarded by the session's lock. */
typedef struct EventQueue {
  Event ends;
  size_t log_bytes;
} EventQueue;

void queue_open(EventQueue* queue);
void queue_close(EventQueue* queue);
static inline bool queue_empty(const EventQueue* queue) {
  return queue->ends.next == &queue->ends;
}
void queue_append(EventQueue* queue, Event* event);
void queue_remove(EventQueue* queue, Event* event);
size_t queue_drain(EventQueue* queue, uint8_t* buffer, size_t capacity);

/* ---- session.c ---- */

typedef struct Job Job;

typedef struct JobSlot {
  Job* job;            /* NULL: free */
  uint32_t generation; /* of the ticket given out last */
} JobSlot;

struct MortiseSession {
  atomic_uint references; /* JavaScript's, and one for each job in progress */
  MortiseSession* next;   /* in the list of sessions */

  Mutex lock; /* guards queue, doorbell, jobs and pending, and the state of every job of the session */
  EventQueue queue;
  Doorbell doorbell;
  JobSlot* jobs;
  size_t job_count;
  size_t job_capacity;
  uint32_t pending;

  /* Owned by the session's thread; after its death by whoever reaps the session. */
  MortisePlugin* plugins;
  MortiseStore* stores;
  MortiseStore* pool;
  uint32_t pool_count;

  BlockCache blocks; /* has its own lock */
};

void session_release(MortiseSession* session);
/* Queues an event and rings if the queue was empty. Under the session's lock. */
void session_announce(MortiseSession* session, Event* event);
/* Cancels the jobs in progress of every session. */
void sessions_cancel_all(void);

/* Ends the sessions of JavaScript threads that were terminated. except, the caller's own, is alive whatever became of its doorbell. */
void sessions_reap(const MortiseSession* except);

/* Takes a store out of its session's list of open stores. */
void store_unlink(MortiseStore* store);

/* ---- job.c ---- */

/* The session closes: jobs in progress are cancelled and go on without it, finished ones are freed. */
void jobs_disown(MortiseSession* session);
/* Cancels what is in progress. Under the session's lock. */
void jobs_cancel(MortiseSession* session);
/* Runs a job to its end; then answers for it. Called by thread.c, on a thread of ours. */
void job_execute(Job* job);
void job_finish(Job* job);

/* ---- thread.c ---- */

/* Hands a job to an idle thread or a new one. False: MORTISE_MAX_THREADS jobs are in progress, or no thread could be started. */
bool thread_employ(Job* job);

/* ---- exit.c ---- */

/* Every job enters plugin code through this gate, which closes when the process exits. */
bool exit_gate_enter(void);
void exit_gate_leave(void);
bool exit_gate_closed(void);
/* Arms the guard of mortise_exiting against the static destructors of every library that is loaded by now. */
bool exit_guard_arm(void);

#endif
