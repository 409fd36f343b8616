// Fails where the environment variable MORTISE_FAULTY says: the name of a slot, with `!` behind it to throw something that is no std::exception. Read by each _plugin_init.
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <mortise.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "mortise_manifest.h"

namespace {

// The slot that is to fail.
class Fault {
 public:
  Fault() {
    if (const char* slot = std::getenv("MORTISE_FAULTY")) slot_ = slot;
  }

  void meet(const std::string& slot) const {
    if (slot_ == slot + '!') throw 42;
    if (slot_ == slot) throw std::runtime_error(slot + " of " MORTISE_MANIFEST_NAME ": größer 💥");
  }

 private:
  std::string slot_;
};

// Its destructor may throw, so it is a class of its own.
class Echo final : public mortise::Stage {
 public:
  explicit Echo(Fault fault) : Stage(MORTISE_MANIFEST_NAME ":echo"), fault_(std::move(fault)) { name("Echo").description("Copies `value` to `echo`").quick(); }
  ~Echo() noexcept(false) override { fault_.meet("stage_destroy"); }

  void execute(mortise::Context& context) override {
    fault_.meet("execute");
    context.set("echo", context.value("value"));
  }
  void dry_run(mortise::Context& context) override {
    fault_.meet("dry_run");
    context.describe("copy `value` to `echo`");
  }

 private:
  Fault fault_;
};

std::int64_t sum(const mortise::Arguments& arguments) {
  const std::int64_t left = arguments.int64(0), right = arguments.int64(1);
  using Limits = std::numeric_limits<std::int64_t>;
  if (right > 0 ? left > Limits::max() - right : left < Limits::min() - right) throw mortise::Error(MORTISE_INVALID_DATA, "the sum is no int64");
  return left + right;
}

class Faulty final : public mortise::Plugin {
 public:
  Faulty() {
    fault_.meet("_plugin_init");
    add(std::make_unique<Echo>(fault_));
    stage("faulty-cpp:count", [this](mortise::Context& context) { context.set("count", ++count_); })
        .description("Counts its runs in `count`")
        .dry_run([](mortise::Context& context) { context.describe("add 1 to the counter"); });
    stage("faulty-cpp:fail", [](mortise::Context&) { throw mortise::Error(MORTISE_WRONG_TYPE, "cannot do that"); })
        .description("Fails")
        .dry_run([](mortise::Context& context) { context.describe("fail"); });
    stage("faulty-cpp:panic", [](mortise::Context&) { throw std::runtime_error("stage panic of " MORTISE_MANIFEST_NAME); })
        .description("Throws")
        .dry_run([](mortise::Context& context) { context.describe("throw"); });

    function("echo", [](const mortise::Arguments& arguments) { return arguments[0]; }).description("Gives its argument back").quick();
    function("add", sum).description("Adds two integers").quick();
    function("fail", [](const mortise::Arguments& arguments) { throw mortise::Error(std::string(arguments.string(0))); });
    function("panic", [](const mortise::Arguments& arguments) { throw std::runtime_error(std::string(arguments.string(0))); });
  }
  ~Faulty() noexcept(false) override { fault_.meet("destroy"); }

  std::string name() const override { return fault_.meet("name"), Plugin::name(); }
  std::string version() const override { return fault_.meet("version"), Plugin::version(); }
  bool is_core() const override { return fault_.meet("is_core"), false; }
  std::uint8_t priority() const override { return fault_.meet("priority"), mortise::default_priority; }
  std::vector<std::string> compatible_api_versions() const override { return fault_.meet("compatible_api_versions"), Plugin::compatible_api_versions(); }
  std::vector<mortise::Dependency> dependencies() const override { return fault_.meet("dependencies"), Plugin::dependencies(); }
  std::vector<mortise::StageRequirement> required_stages() const override { return fault_.meet("required_stages"), Plugin::required_stages(); }
  std::vector<std::string> conflicts_with() const override { return fault_.meet("conflicts_with"), Plugin::conflicts_with(); }
  std::vector<mortise::Incompatibility> incompatible_with() const override { return fault_.meet("incompatible_with"), Plugin::incompatible_with(); }

  void init(mortise::Host&) override { fault_.meet("init"); }
  void preflight(const mortise::Context&) override { fault_.meet("preflight_check"); }
  void register_stages(mortise::Registry&) override { fault_.meet("register_stages"); }
  void shutdown() override { fault_.meet("shutdown"); }

 private:
  Fault fault_;
  std::atomic<std::int64_t> count_{0};
};

}  // namespace

MORTISE_EXPORT_PLUGIN(Faulty, MORTISE_THREADS_SAFE)
