/* Our own threads: started when a job needs one, ended when they have been idle for a while. Never libuv's, which the application needs. */
#include "session.h"

#define LINGER_NS UINT64_C(10000000000)

/* One thread; on its own stack. */
typedef struct Worker {
  struct Worker* next_idle;
  Condition wake;
  Job* job; /* NULL: idle */
} Worker;

static Mutex pool_lock = MUTEX_INITIAL;
static Worker* idle; /* the last one to finish is the first to get a job: its memory is warm */
static uint32_t thread_count;

static void become_idle(Worker* worker) {
  mutex_lock(&pool_lock);
  worker->job = NULL;
  worker->next_idle = idle;
  idle = worker;
  mutex_unlock(&pool_lock);
}

static void stop_idling(Worker* worker) {
  Worker** link = &idle;
  while (*link != worker) link = &(*link)->next_idle;
  *link = worker->next_idle;
}

/* The next job, or NULL if none came for a while: then this thread is not counted any more. */
static Job* next_job(Worker* worker) {
  mutex_lock(&pool_lock);
  const uint64_t until = clock_monotonic_ns() + LINGER_NS;
  while (worker->job == NULL) {
    const uint64_t now = clock_monotonic_ns();
    if (now >= until) break;
    condition_wait(&worker->wake, &pool_lock, until - now);
  }
  Job* job = worker->job;
  if (job == NULL) {
    stop_idling(worker);
    thread_count--;
  }
  mutex_unlock(&pool_lock);
  return job;
}

static void work(void* first_job) {
  Worker worker;
  worker.job = first_job;
  condition_open(&worker.wake);
  Job* job = worker.job;
  while (job != NULL) {
    job_execute(job);
    /* Idle before the job is answered for: whoever takes the answer may hand in the next job at once. */
    become_idle(&worker);
    job_finish(job);
    job = next_job(&worker);
  }
  condition_close(&worker.wake);
}

bool thread_employ(Job* job) {
  mutex_lock(&pool_lock);
  Worker* worker = idle;
  bool start = false;
  if (worker != NULL) {
    idle = worker->next_idle;
    worker->job = job;
    condition_signal(&worker->wake);
  } else if (thread_count < MORTISE_MAX_THREADS) {
    thread_count++;
    start = true;
  }
  mutex_unlock(&pool_lock);
  if (!start) return worker != NULL;
  if (thread_start(work, job)) return true;
  mutex_lock(&pool_lock);
  thread_count--;
  mutex_unlock(&pool_lock);
  return false;
}
