#include "arena.h"

#include <string.h>

#include "allocation.h"

/* Data follows each header. */
struct Chunk {
  Chunk* next;
  size_t capacity;
};

struct Block {
  Block* next;
  size_t capacity;
  bool retired;
  /* A block's data may be read as an array of anything. */
  _Alignas(16) char data[];
};

#define BLOCK_STEP 65536 /* capacities are multiples, so that blocks for similar lengths can stand in for each other */

static char* chunk_data(Chunk* chunk) {
  return (char*)(chunk + 1);
}

void block_cache_open(BlockCache* cache) {
  mutex_open(&cache->lock);
  cache->first = NULL;
  cache->bytes = 0;
}

void block_cache_close(BlockCache* cache) {
  while (cache->first != NULL) {
    Block* block = cache->first;
    cache->first = block->next;
    release(block);
  }
  mutex_close(&cache->lock);
}

static Block* block_find(BlockCache* cache, size_t capacity) {
  Block* found = NULL;
  mutex_lock(&cache->lock);
  for (Block** link = &cache->first; *link != NULL; link = &(*link)->next) {
    if ((*link)->capacity < capacity || (*link)->capacity > capacity * 2) continue;
    found = *link;
    *link = found->next;
    cache->bytes -= found->capacity;
    break;
  }
  mutex_unlock(&cache->lock);
  return found;
}

static Block* block_take(BlockCache* cache, size_t size) {
  const size_t capacity = cache != NULL ? (size + BLOCK_STEP - 1) / BLOCK_STEP * BLOCK_STEP : size;
  Block* found = cache != NULL ? block_find(cache, capacity) : NULL;
  if (found == NULL) {
    found = allocate(sizeof(Block) + capacity);
    if (found == NULL) return NULL;
    found->capacity = capacity;
  }
  found->retired = false;
  return found;
}

static void block_give_back(BlockCache* cache, Block* block) {
  bool kept = false;
  if (cache != NULL) {
    mutex_lock(&cache->lock);
    if (block->capacity <= BLOCK_CACHE_LIMIT - cache->bytes) {
      block->next = cache->first;
      cache->first = block;
      cache->bytes += block->capacity;
      kept = true;
    }
    mutex_unlock(&cache->lock);
  }
  if (!kept) release(block);
}

void arena_open(Arena* arena, BlockCache* cache) {
  memset(arena, 0, sizeof *arena);
  arena->cache = cache;
}

static void fill(Arena* arena, Chunk* chunk) {
  arena->current = chunk;
  arena->at = chunk != NULL ? chunk_data(chunk) : NULL;
  arena->end = chunk != NULL ? arena->at + chunk->capacity : NULL;
}

/* Moves on to the next chunk, one kept from before the last reset or a new one. */
static bool arena_grow(Arena* arena) {
  Chunk* next = arena->current != NULL ? arena->current->next : arena->chunks;
  if (next == NULL) {
    size_t capacity = arena->current != NULL ? arena->current->capacity * 2 : ARENA_FIRST_CHUNK;
    if (capacity > ARENA_LAST_CHUNK) capacity = ARENA_LAST_CHUNK;
    next = allocate(sizeof(Chunk) + capacity);
    if (next == NULL) return false;
    next->next = NULL;
    next->capacity = capacity;
    if (arena->current != NULL) arena->current->next = next;
    else arena->chunks = next;
  }
  fill(arena, next);
  return true;
}

const void* arena_copy(Arena* arena, const void* data, size_t length) {
  char* copy;
  if (length > ARENA_SMALL) {
    Block* block = block_take(arena->cache, length + 1);
    if (block == NULL) return NULL;
    block->next = arena->blocks;
    arena->blocks = block;
    copy = block->data;
  } else {
    const size_t size = (length + 1 + 7) & ~(size_t)7;
    if (size > (size_t)(arena->end - arena->at) && !arena_grow(arena)) return NULL;
    copy = arena->at;
    arena->at += size;
  }
  if (length > 0) memcpy(copy, data, length);
  copy[length] = 0;
  return copy;
}

void arena_retire(Arena* arena, const void* copy, size_t length) {
  if (length <= ARENA_SMALL) return;
  Block* block = (Block*)((char*)(uintptr_t)copy - offsetof(Block, data));
  block->retired = true;
  arena->dead_blocks++;
}

void arena_sweep(Arena* arena) {
  Block** link = &arena->blocks;
  while (arena->dead_blocks > 0 && *link != NULL) {
    Block* block = *link;
    if (!block->retired) {
      link = &block->next;
      continue;
    }
    *link = block->next;
    arena->dead_blocks--;
    block_give_back(arena->cache, block);
  }
}

void arena_reset(Arena* arena) {
  while (arena->blocks != NULL) {
    Block* block = arena->blocks;
    arena->blocks = block->next;
    block_give_back(arena->cache, block);
  }
  arena->dead_blocks = 0;

  size_t kept = 0;
  Chunk** link = &arena->chunks;
  while (*link != NULL) {
    Chunk* chunk = *link;
    if (kept + chunk->capacity <= ARENA_KEPT) {
      kept += chunk->capacity;
      link = &chunk->next;
    } else {
      *link = chunk->next;
      release(chunk);
    }
  }
  fill(arena, arena->chunks);
}

void arena_close(Arena* arena) {
  arena_reset(arena);
  while (arena->chunks != NULL) {
    Chunk* chunk = arena->chunks;
    arena->chunks = chunk->next;
    release(chunk);
  }
  fill(arena, NULL);
}
