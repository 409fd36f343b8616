/*
 * Where values and keys live: memory that only grows during a run, so that what was handed out stays readable until the run is over.
 * Small data goes into chunks, data over ARENA_SMALL into a block of its own, which can be taken back once its value was replaced.
 */
#ifndef MORTISE_ARENA_H
#define MORTISE_ARENA_H

#include "platform.h"

#define ARENA_SMALL 8192            /* bytes; longer data gets a block of its own */
#define ARENA_FIRST_CHUNK 16384     /* every chunk holds at least one small item */
#define ARENA_LAST_CHUNK 262144     /* chunks double up to this size */
#define ARENA_KEPT 524288           /* bytes of chunks that survive a reset */
#define BLOCK_CACHE_LIMIT 16777216  /* bytes of free blocks that a session keeps */

typedef struct Chunk Chunk;
typedef struct Block Block;

/*
 * Free blocks of one session. Fresh memory costs a page fault for every 4 KiB, several times the copy into it, so large values that come
 * again find the pages of the last one. Locked: jobs on other threads use it too.
 */
typedef struct BlockCache {
  Mutex lock;
  Block* first;
  size_t bytes;
} BlockCache;

void block_cache_open(BlockCache* cache);
void block_cache_close(BlockCache* cache);

typedef struct Arena {
  BlockCache* cache;
  Chunk* chunks;  /* in the order of use */
  Chunk* current; /* the one that is being filled */
  char* at;
  char* end;
  Block* blocks;
  size_t dead_blocks;
} Arena;

/* cache: where blocks come from and go back to; it outlives the arena. NULL: from and to the system. */
void arena_open(Arena* arena, BlockCache* cache);
void arena_close(Arena* arena);

/* Copies data and adds a NUL behind it. The copy starts at a multiple of 8. NULL: no memory. */
const void* arena_copy(Arena* arena, const void* data, size_t length);

/* Nothing refers to this copy any more, apart from what was handed out during this run. */
void arena_retire(Arena* arena, const void* copy, size_t length);

/* Takes retired blocks back: nothing that was handed out is in use. */
void arena_sweep(Arena* arena);

/* Takes everything back, and returns what exceeds ARENA_KEPT. */
void arena_reset(Arena* arena);

#endif
