/* Jobs: runs on a thread of ours, and the tickets by which JavaScript knows them. */
#include <string.h>

#include "allocation.h"
#include "run.h"

/* A ticket has its slot, from 1, in the low bits and the slot's generation above: below 2^53, so exact as a JavaScript number. */
#define SLOT_BITS 20
#define MAX_JOBS (((size_t)1 << SLOT_BITS) - 1)

struct Job {
  Event done; /* announced when the job is: needs no memory at that time */
  MortiseSession* session;
  MortiseStore* store;
  uint64_t ticket;
  uint32_t count;
  uint32_t mode;
  int32_t code;
  bool finished;
  bool disowned; /* nobody asks for it any more: it frees itself and its store */
  MortiseStageResult* results; /* both arrays follow the job in memory */
  uintptr_t* stages;
};

/* The slot of a ticket whose job can still be taken, or NULL. Under the session's lock, as all below that take a session. */
static JobSlot* find_slot(MortiseSession* session, uint64_t ticket) {
  const uint64_t index = (ticket & MAX_JOBS) - 1;
  if (index >= session->job_count) return NULL;
  JobSlot* slot = &session->jobs[index];
  return slot->job != NULL && slot->job->ticket == ticket ? slot : NULL;
}

static bool give_slot(MortiseSession* session, Job* job) {
  size_t index = 0;
  while (index < session->job_count && session->jobs[index].job != NULL) index++;
  if (index == session->job_count) {
    if (index >= MAX_JOBS) return false;
    if (!array_reserve((void**)&session->jobs, &session->job_capacity, index, sizeof *session->jobs, 8)) return false;
    session->jobs[index].generation = 0;
    session->job_count++;
  }
  JobSlot* slot = &session->jobs[index];
  slot->job = job;
  slot->generation++;
  job->ticket = (uint64_t)slot->generation << SLOT_BITS | (uint64_t)(index + 1);
  job->done.head.subject = job->ticket;
  session->pending++;
  return true;
}

static void free_slot(MortiseSession* session, JobSlot* slot) {
  slot->job = NULL;
  session->pending--;
}

static Stage* stage_of(const Job* job, uint32_t index) {
  return (Stage*)job->stages[index];
}

static void free_job(Job* job) {
  for (uint32_t i = 0; i < job->count; i++) stages_release(stage_of(job, i)->set);
  release(job);
}

static Job* make_job(MortiseSession* session, MortiseStore* store, const uintptr_t* stages, uint32_t count, uint32_t mode) {
  const size_t item = sizeof(MortiseStageResult) + sizeof(uintptr_t);
  if (count > (SIZE_MAX / 2) / item) return NULL;
  Job* job = allocate_zeroed(sizeof *job + count * item);
  if (job == NULL) return NULL;
  job->done.part_of_job = true;
  job->done.head.size = (uint32_t)sizeof job->done.head;
  job->done.head.kind = MORTISE_EVENT_JOB;
  job->session = session;
  job->store = store;
  job->count = count;
  job->mode = mode;
  job->results = (MortiseStageResult*)(job + 1);
  job->stages = (uintptr_t*)(job->results + count);
  if (count > 0) memcpy(job->stages, stages, count * sizeof *stages);
  for (uint32_t i = 0; i < count; i++) atomic_fetch_add(&stage_of(job, i)->set->references, 1u);
  return job;
}

uint64_t mortise_submit(MortiseSession* session, MortiseStore* store, const uintptr_t* stages, uint32_t count, uint32_t mode) {
  if (exit_gate_closed()) return 0;
  Job* job = make_job(session, store, stages, count, mode);
  if (job == NULL) return 0;
  atomic_store_explicit(&store->stage, 0, memory_order_relaxed);
  mutex_lock(&session->lock);
  const bool has_slot = give_slot(session, job);
  const uint64_t ticket = job->ticket;
  mutex_unlock(&session->lock);
  if (has_slot) {
    atomic_fetch_add(&session->references, 1u);
    if (thread_employ(job)) return ticket;
    atomic_fetch_sub(&session->references, 1u); /* JavaScript has one more */
    mutex_lock(&session->lock);
    free_slot(session, find_slot(session, ticket));
    mutex_unlock(&session->lock);
  }
  free_job(job);
  return 0;
}

void job_execute(Job* job) {
  job->code = run_stages(job->store, job->stages, job->count, job->mode, job->results, true);
}

void job_finish(Job* job) {
  MortiseSession* session = job->session;
  mutex_lock(&session->lock);
  job->finished = true;
  const bool disowned = job->disowned;
  if (!disowned) session_announce(session, &job->done);
  mutex_unlock(&session->lock);
  /* From here on the job may have been taken, unless it is ours. */
  if (disowned) {
    store_free(job->store);
    free_job(job);
  }
  session_release(session);
}

int32_t mortise_take(MortiseSession* session, uint64_t ticket, MortiseStageResult* results, uint32_t count, int32_t* code) {
  mutex_lock(&session->lock);
  JobSlot* slot = find_slot(session, ticket);
  Job* job = slot != NULL ? slot->job : NULL;
  int32_t status = job == NULL ? MORTISE_NOT_FOUND : job->finished ? MORTISE_OK : MORTISE_BUSY;
  if (status == MORTISE_OK) {
    free_slot(session, slot);
    if (job->done.next != NULL) queue_remove(&session->queue, &job->done);
  }
  mutex_unlock(&session->lock);
  if (status != MORTISE_OK) return status;
  if (count > job->count) count = job->count;
  if (count > 0 && results != NULL) memcpy(results, job->results, count * sizeof *results);
  *code = job->code;
  free_job(job);
  return MORTISE_OK;
}

/* The job goes on without JavaScript, and ends as soon as its stage looks at the flag. */
static void disown(MortiseSession* session, JobSlot* slot) {
  Job* job = slot->job;
  job->disowned = true;
  mortise_store_cancel(job->store);
  store_unlink(job->store);
  free_slot(session, slot);
}

int32_t mortise_abandon(MortiseSession* session, uint64_t ticket, uint32_t* stage) {
  mutex_lock(&session->lock);
  JobSlot* slot = find_slot(session, ticket);
  const int32_t status = slot == NULL ? MORTISE_NOT_FOUND : slot->job->finished ? MORTISE_EXISTS : MORTISE_OK;
  if (status == MORTISE_OK && stage != NULL) *stage = atomic_load_explicit(&slot->job->store->stage, memory_order_relaxed);
  if (status == MORTISE_OK) disown(session, slot);
  mutex_unlock(&session->lock);
  return status;
}

void jobs_disown(MortiseSession* session) {
  mutex_lock(&session->lock);
  for (size_t i = 0; i < session->job_count; i++) {
    JobSlot* slot = &session->jobs[i];
    Job* job = slot->job;
    if (job == NULL) continue;
    if (!job->finished) {
      disown(session, slot);
      continue;
    }
    free_slot(session, slot);
    if (job->done.next != NULL) queue_remove(&session->queue, &job->done);
    free_job(job);
  }
  mutex_unlock(&session->lock);
}

void jobs_cancel(MortiseSession* session) {
  for (size_t i = 0; i < session->job_count; i++) {
    Job* job = session->jobs[i].job;
    if (job != NULL && !job->finished) mortise_store_cancel(job->store);
  }
}
