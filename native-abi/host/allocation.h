/* The one place where this library gets memory, so that tests can make the n-th request fail. */
#ifndef MORTISE_ALLOCATION_H
#define MORTISE_ALLOCATION_H

#include <stdbool.h>
#include <stddef.h>

void* allocate(size_t size);
void* allocate_zeroed(size_t size);
void* reallocate(void* memory, size_t size);
void release(void* memory);

/*
 * Makes room for one more item in an array that doubles. *items and *capacity are unchanged on failure.
 * initial: capacity of the first allocation.
 */
bool array_reserve(void** items, size_t* capacity, size_t count, size_t item_size, size_t initial);

#if defined(MORTISE_TEST_ALLOCATION)
/* Lets `successes` more requests through and fails every one after that; negative: never fails. */
void allocation_fail_after(long successes);
/* Requests since the last call of allocation_fail_after. */
long allocation_requests(void);
#endif

#endif
