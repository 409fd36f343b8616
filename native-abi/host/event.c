#include "session.h"

#include <string.h>

#include "allocation.h"

void queue_open(EventQueue* queue) {
  memset(queue, 0, sizeof *queue);
  queue->ends.next = queue->ends.previous = &queue->ends;
}

static void discard(Event* event) {
  if (event->counted_at != NULL) *event->counted_at = NULL;
  if (!event->part_of_job) release(event);
}

void queue_close(EventQueue* queue) {
  while (!queue_empty(queue)) {
    Event* event = queue->ends.next;
    queue_remove(queue, event);
    discard(event);
  }
}

void queue_append(EventQueue* queue, Event* event) {
  event->next = &queue->ends;
  event->previous = queue->ends.previous;
  event->previous->next = event;
  queue->ends.previous = event;
  if (event->head.kind == MORTISE_EVENT_LOG) queue->log_bytes += event->head.size;
}

void queue_remove(EventQueue* queue, Event* event) {
  event->previous->next = event->next;
  event->next->previous = event->previous;
  event->next = event->previous = NULL;
  if (event->head.kind == MORTISE_EVENT_LOG) queue->log_bytes -= event->head.size;
}

size_t queue_drain(EventQueue* queue, uint8_t* buffer, size_t capacity) {
  size_t written = 0;
  while (!queue_empty(queue)) {
    Event* event = queue->ends.next;
    if (event->head.size > capacity - written) break;
    memcpy(buffer + written, &event->head, event->head.size);
    written += event->head.size;
    queue_remove(queue, event);
    discard(event);
  }
  return written;
}
