/* What the plugin store offers: for the plugin that offers it, and for those that find it. */
#ifndef STORE_H
#define STORE_H

#include <stdint.h>

#define STORE_SERVICE "com.example.store"

/* Version 1.0.0. Functions that come later are added at the end; look for them with MORTISE_HAS. */
typedef struct Store {
  uint32_t size; /* of this struct, as the offerer knows it */
  uint32_t reserved;
  int64_t (*get)(void);    /* [any-thread] */
  void (*add)(int64_t by); /* [any-thread] */
} Store;

#endif
