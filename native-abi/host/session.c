#include "session.h"

#include "allocation.h"
#include "plugin.h"

static Mutex sessions_lock = MUTEX_INITIAL;
static MortiseSession* sessions;

uint32_t mortise_host_revision(void) {
  return MORTISE_HOST_REVISION;
}

/* Ends a session that is in no list any more. */
static void session_end(MortiseSession* session) {
  while (session->plugins != NULL) mortise_plugin_close(session->plugins);
  jobs_disown(session);
  while (session->stores != NULL) {
    MortiseStore* store = session->stores;
    store_unlink(store);
    store_free(store);
  }
  while (session->pool != NULL) {
    MortiseStore* store = session->pool;
    session->pool = store->next;
    store_free(store);
  }
  session_release(session);
}

/* JavaScript threads that were terminated leave their sessions behind; the closed end of the doorbell tells which. */
void sessions_reap(const MortiseSession* except) {
  MortiseSession* orphans = NULL;
  mutex_lock(&sessions_lock);
  for (MortiseSession** link = &sessions; *link != NULL;) {
    MortiseSession* session = *link;
    if (session != except && doorbell_orphaned(&session->doorbell)) {
      *link = session->next;
      session->next = orphans;
      orphans = session;
    } else {
      link = &session->next;
    }
  }
  mutex_unlock(&sessions_lock);
  while (orphans != NULL) {
    MortiseSession* session = orphans;
    orphans = session->next;
    session_end(session);
  }
}

MortiseSession* mortise_session_open(void) {
  /* The handle through which JavaScript opened this library goes away with its thread; our threads and what plugins hold must not. */
  static atomic_bool kept;
  if (!atomic_load(&kept) && image_keep((uintptr_t)&sessions_lock)) atomic_store(&kept, true);
  sessions_reap(NULL);

  MortiseSession* session = allocate_zeroed(sizeof *session);
  if (session == NULL) return NULL;
  if (!doorbell_open(&session->doorbell)) {
    release(session);
    return NULL;
  }
  atomic_init(&session->references, 1);
  mutex_open(&session->lock);
  queue_open(&session->queue);
  block_cache_open(&session->blocks);
  mutex_lock(&sessions_lock);
  session->next = sessions;
  sessions = session;
  mutex_unlock(&sessions_lock);
  return session;
}

void mortise_session_close(MortiseSession* session) {
  mutex_lock(&sessions_lock);
  MortiseSession** link = &sessions;
  while (*link != NULL && *link != session) link = &(*link)->next;
  const bool found = *link != NULL;
  if (found) *link = session->next;
  mutex_unlock(&sessions_lock);
  /* Not found: the reader's end was closed first, and another thread has reaped the session for it. */
  if (found) session_end(session);
}

void session_release(MortiseSession* session) {
  if (atomic_fetch_sub(&session->references, 1u) != 1) return;
  queue_close(&session->queue);
  doorbell_close(&session->doorbell);
  block_cache_close(&session->blocks);
  mutex_close(&session->lock);
  release(session->jobs);
  release(session);
}

uint32_t mortise_session_doorbell(MortiseSession* session, int32_t* descriptor, char* name, size_t capacity) {
  /* Under the lock of the list: another thread may be asking whether the reader is gone. */
  mutex_lock(&sessions_lock);
  const uint32_t length = doorbell_hand_over(&session->doorbell, descriptor, name, capacity);
  mutex_unlock(&sessions_lock);
  return length;
}

void session_announce(MortiseSession* session, Event* event) {
  const bool was_empty = queue_empty(&session->queue);
  queue_append(&session->queue, event);
  if (was_empty) doorbell_ring(&session->doorbell);
}

size_t mortise_session_drain(MortiseSession* session, uint8_t* buffer, size_t capacity, uint32_t* more) {
  mutex_lock(&session->lock);
  const size_t written = queue_drain(&session->queue, buffer, capacity);
  *more = queue_empty(&session->queue) ? 0 : 1;
  mutex_unlock(&session->lock);
  return written;
}

uint32_t mortise_session_pending(MortiseSession* session) {
  mutex_lock(&session->lock);
  const uint32_t pending = session->pending;
  mutex_unlock(&session->lock);
  return pending;
}

void sessions_cancel_all(void) {
  mutex_lock(&sessions_lock);
  for (MortiseSession* session = sessions; session != NULL; session = session->next) {
    mutex_lock(&session->lock);
    jobs_cancel(session);
    mutex_unlock(&session->lock);
  }
  mutex_unlock(&sessions_lock);
}
