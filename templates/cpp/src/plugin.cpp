// A plugin with a stage that greets.
#include "mortise_manifest.h"

#include <mortise.hpp>

#include <string>

namespace {

class @class@ : public mortise::Plugin {
 public:
  @class@() {
    stage("@name@:greet", [](mortise::Context& context) { context.set("greeting", "Hello, " + std::string(context.string("who"))); })
        .name("Greet")
        .description("Greets `who`")
        .dry_run([](mortise::Context& context) { context.describe("greet " + std::string(context.string("who"))); })
        .quick();
  }
};

}  // namespace

MORTISE_EXPORT_PLUGIN(@class@, MORTISE_THREADS_SAFE)
