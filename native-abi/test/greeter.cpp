// greeter, with the C++ kit: the plugin of minimal.c. mortise_manifest.h, made from manifest.json by the build, says these two lines in a project of your own.
#define MORTISE_MANIFEST_NAME "greeter"
#define MORTISE_MANIFEST_VERSION "1.0.0"
#include "mortise.hpp"

class Greeter : public mortise::Plugin {
 public:
  Greeter() {
    stage("greeter:greet", [](mortise::Context& context) { context.set("greeting", "Hello, " + std::string(context.string("who"))); })
        .name("Greet")
        .description("Greets `who`")
        .quick()
        .dry_run([](mortise::Context& context) { context.describe("write `greeting`"); });
  }

  void init(mortise::Host& host) override { host.info("ready to greet"); }
};

MORTISE_EXPORT_PLUGIN(Greeter, MORTISE_THREADS_SAFE)
