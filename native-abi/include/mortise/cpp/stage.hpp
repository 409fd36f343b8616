// Stages: the named operations of a plugin over a context.
#ifndef MORTISE_CPP_STAGE_HPP
#define MORTISE_CPP_STAGE_HPP

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "../stage.h"
#include "context.hpp"

namespace mortise {

// A stage to derive from, and to hand to Plugin::add or Registry::add. Its constructor says what it is:
//
//     class Count : public mortise::Stage {
//      public:
//       Count() : Stage("text:count") { name("Count").description("Counts the words of `text`"); }
//       void execute(mortise::Context& context) override { … }
//     };
//
// It is deleted before its plugin. A destructor that may throw is `noexcept(false)`, the host then learns of it.
class Stage {
 public:
  // id: "namespace:stage", each half [a-z0-9][a-z0-9._-]*
  explicit Stage(std::string id) : id_(std::move(id)) { Name::check(id_); }
  virtual ~Stage() noexcept(false) {}
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  // For people.
  Stage& name(std::string text) {
    Name::check(text);
    name_ = std::move(text);
    return *this;
  }
  Stage& description(std::string text) {
    Name::check(text);
    description_ = std::move(text);
    return *this;
  }

  // Promises that execute and dry_run return within about 50 µs, never wait and never use Host::call: the host may run them on the main thread.
  Stage& quick() noexcept {
    flags_ |= MORTISE_STAGE_QUICK;
    return *this;
  }

  // [stage-thread & running; several at once in a plugin that is thread-safe] Does the work, in live mode only. Throws to fail.
  virtual void execute(Context& context) = 0;

  // [the same] Says through Context::describe what execute would do, and changes nothing outside the context. If it is not overridden, the description is shown.
  virtual void dry_run(Context& context) { context.describe(!description_.empty() ? description_ : !name_.empty() ? name_ : id_); }

  const std::string& id() const noexcept { return id_; }
  const std::string& name() const noexcept { return name_; }
  const std::string& description() const noexcept { return description_; }
  std::uint32_t flags() const noexcept { return flags_; }

 private:
  std::string id_;
  std::string name_;
  std::string description_;
  std::uint32_t flags_ = 0;
};

namespace detail {

// Something to do with a context. Unlike std::function it takes what can only be moved.
struct Step {
  virtual ~Step() = default;
  virtual void run(Context& context) = 0;
};

template <class Callable>
struct CallableStep final : Step {
  explicit CallableStep(Callable given) : callable(std::move(given)) {}
  void run(Context& context) override { static_cast<void>(callable(context)); }
  Callable callable;
};

template <class Callable>
std::unique_ptr<Step> make_step(Callable callable) {
  static_assert(std::is_invocable_v<Callable&, Context&>, "a stage is something that can be called with (mortise::Context& context)");
  return std::make_unique<CallableStep<Callable>>(std::move(callable));
}

}  // namespace detail

// A stage that is made of callables: what Plugin::stage and Registry::stage return, to be told more.
class CallableStage final : public Stage {
 public:
  CallableStage(std::string id, std::unique_ptr<detail::Step> work) : Stage(std::move(id)), execute_(std::move(work)) {}

  CallableStage& name(std::string text) { return Stage::name(std::move(text)), *this; }
  CallableStage& description(std::string text) { return Stage::description(std::move(text)), *this; }
  CallableStage& quick() noexcept { return Stage::quick(), *this; }

  // callable(Context&) says through Context::describe what the stage would do. Without it the description is shown.
  template <class Callable>
  CallableStage& dry_run(Callable callable) {
    dry_run_ = detail::make_step(std::move(callable));
    return *this;
  }

  void execute(Context& context) override { execute_->run(context); }
  void dry_run(Context& context) override {
    if (dry_run_ != nullptr) dry_run_->run(context);
    else Stage::dry_run(context);
  }

 private:
  std::unique_ptr<detail::Step> execute_;
  std::unique_ptr<detail::Step> dry_run_;
};

}  // namespace mortise

#endif
