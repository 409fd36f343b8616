/* host->log: from any thread, at any time, never waiting for JavaScript. */
#include <string.h>

#include "allocation.h"
#include "bytes.h"
#include "plugin.h"
#include "utf8.h"
#include "value.h"

/* An event must fit into a buffer of this size (mortise_session_drain). Many tiny fields reach it before their bytes reach MORTISE_MAX_LOG_LINE. */
#define MAX_EVENT (2 * MORTISE_MAX_LOG_LINE)

static bool is_level(uint32_t level) {
  switch (level) {
#define LEVEL_CASE(name, number, text) case number:
    MORTISE_LOG_LEVELS(LEVEL_CASE)
#undef LEVEL_CASE
    return true;
    default: return false;
  }
}

/* Checks the fields and tells how many bytes they are: the plugin's own in *bytes, those of the event in *size. */
static FfiResult measure_fields(const MortiseField* fields, size_t count, size_t* bytes, size_t* size) {
  for (size_t i = 0; i < count; i++) {
    const MortiseField* field = &fields[i];
    if (field->key == NULL) return MORTISE_NULL_POINTER;
    const size_t key_length = text_length(field->key, MORTISE_MAX_LOG_LINE);
    if (key_length > MORTISE_MAX_LOG_LINE) return MORTISE_TOO_LARGE;
    if (key_length == 0 || field->reserved != NULL) return MORTISE_INVALID_DATA;
    if (!utf8_valid(field->key, key_length)) return MORTISE_UTF8_ERROR;
    if (field->value.length > MORTISE_MAX_LOG_LINE && tag_has_data(field->value.tag)) return MORTISE_TOO_LARGE;
    const FfiResult checked = value_check(&field->value);
    if (checked != MORTISE_OK) return checked;
    *bytes += key_length + (size_t)field->value.length;
    *size += sizeof(MortiseEntry) + padded(key_length) + padded((size_t)field->value.length);
    if (*bytes > MORTISE_MAX_LOG_LINE || *size > MAX_EVENT) return MORTISE_TOO_LARGE;
  }
  return MORTISE_OK;
}

static Event* make_line(MortisePlugin* plugin, uint32_t level, const char* message, size_t message_length, const MortiseField* fields,
                        size_t field_count, size_t size) {
  Event* event = allocate_zeroed(offsetof(Event, head) + size);
  if (event == NULL) return NULL;
  event->head.size = (uint32_t)size;
  event->head.kind = MORTISE_EVENT_LOG;
  event->head.subject = (uint64_t)(uintptr_t)plugin;
  const MortiseLogLine line = {(uint64_t)(uintptr_t)current_stage, clock_unix_ms(), level, (uint32_t)message_length, (uint32_t)field_count, 0};
  Writer writer = {(uint8_t*)&event->head, size, sizeof event->head};
  write_padded(&writer, &line, sizeof line);
  write_padded(&writer, message, message_length);
  for (size_t i = 0; i < field_count; i++) {
    write_entry(&writer, fields[i].key, text_length(fields[i].key, MORTISE_MAX_LOG_LINE), &fields[i].value, 0, NEVER_BY_REFERENCE);
  }
  if (writer.length == size) return event;
  release(event); /* another thread changed the fields meanwhile */
  return NULL;
}

/* Counts a lost line, in the announcement that waits in the queue or in a new one. Under the session's lock. */
static void count_dropped(MortisePlugin* plugin, MortiseSession* session) {
  if (plugin->dropped == NULL) {
    Event* event = allocate_zeroed(sizeof *event);
    if (event == NULL) return;
    event->head.size = (uint32_t)sizeof event->head;
    event->head.kind = MORTISE_EVENT_DROPPED;
    event->head.subject = (uint64_t)(uintptr_t)plugin;
    event->counted_at = &plugin->dropped;
    plugin->dropped = event;
    session_announce(session, event);
  }
  plugin->dropped->head.count++;
}

/* Queues the line, or drops it: there is no memory for it (event is NULL), or no room in the queue. */
static FfiResult deliver(MortisePlugin* plugin, Event* event) {
  FfiResult result = MORTISE_CANCELLED;
  mutex_lock(&plugin->lock);
  MortiseSession* session = plugin->session;
  if (session != NULL) {
    mutex_lock(&session->lock);
    if (event != NULL && session->queue.log_bytes + event->head.size <= MORTISE_LOG_QUEUE) {
      session_announce(session, event);
      event = NULL;
      result = MORTISE_OK;
    } else {
      count_dropped(plugin, session);
      result = MORTISE_BUSY;
    }
    mutex_unlock(&session->lock);
  }
  mutex_unlock(&plugin->lock);
  release(event);
  return result;
}

FfiResult host_log(const MortiseHost* host, uint32_t level, const char* message, size_t message_length, const MortiseField* fields,
                   size_t field_count) {
  if (host == NULL) return MORTISE_NULL_POINTER;
  MortisePlugin* plugin = plugin_of(host);
  if (plugin_is_closed(plugin)) return MORTISE_CANCELLED;
  if (message == NULL || (fields == NULL && field_count > 0)) return MORTISE_NULL_POINTER;
  if (!is_level(level)) return MORTISE_INVALID_DATA;
  if (level < atomic_load_explicit(&plugin->log_level, memory_order_relaxed)) return MORTISE_OK;

  if (message_length == SIZE_MAX) message_length = text_length(message, MORTISE_MAX_LOG_LINE);
  if (message_length > MORTISE_MAX_LOG_LINE) return MORTISE_TOO_LARGE;
  if (!utf8_valid(message, message_length)) return MORTISE_UTF8_ERROR;
  size_t bytes = message_length;
  size_t size = sizeof(MortiseEvent) + sizeof(MortiseLogLine) + padded(message_length);
  const FfiResult measured = measure_fields(fields, field_count, &bytes, &size);
  if (measured != MORTISE_OK) return measured;
  return deliver(plugin, make_line(plugin, level, message, message_length, fields, field_count, size));
}
