// A plugin with a stage that greets, and a function that others call.
#include "mortise_manifest.h"

#include <mortise.hpp>

#include <string>
#include <string_view>

namespace {

std::string hello(std::string_view who) { return "Hello, " + std::string(who); }

class @class@ : public mortise::Plugin {
 public:
  @class@() {
    stage("@name@:greet", [](mortise::Context& context) { context.set("greeting", hello(context.string("who"))); })
        .name("Greet")
        .description("Greets `who`")
        .dry_run([](mortise::Context& context) { context.describe("greet " + std::string(context.string("who"))); })
        .quick();

    function("hello", [](const mortise::Arguments& arguments) { return hello(arguments.string(0)); })
        .description("Greets its argument")
        .quick();
  }
};

}  // namespace

MORTISE_EXPORT_PLUGIN(@class@, MORTISE_THREADS_SAFE)
