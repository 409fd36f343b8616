/* Nothing is wrong with this plugin; it is the library that entry-in-dependency needs, and that slot-in-unneeded points into. */
#include "skeleton.h"

MORTISE_EXPORT int entry_provider(void);
int entry_provider(void) {
  return 1;
}

FIXTURE(.entry = NULL)
