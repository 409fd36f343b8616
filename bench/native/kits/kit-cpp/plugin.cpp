// The plugin of no-kit, with the C++ kit.
#include "mortise_manifest.h"

#include "mortise.hpp"

class Measured : public mortise::Plugin {
 public:
  Measured() {
    stage(MORTISE_MANIFEST_NAME ":count", [](mortise::Context& context) { context.set("count", context.int64("count") + 1); }).quick();
    stage(MORTISE_MANIFEST_NAME ":copy", [](mortise::Context& context) { context.set("copy", context.string("text")); }).quick();
  }
};

MORTISE_EXPORT_PLUGIN(Measured, MORTISE_THREADS_SAFE)
