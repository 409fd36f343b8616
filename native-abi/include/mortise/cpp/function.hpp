// Functions that the application, scripts and other plugins call: the extension mortise.functions/1.
#ifndef MORTISE_CPP_FUNCTION_HPP
#define MORTISE_CPP_FUNCTION_HPP

#include <chrono>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "../ext/functions.h"
#include "name.hpp"
#include "reader.hpp"

namespace mortise {

// [for the call] What a function was called with, by index from 0; messages count from 1. find… treat what was not given, and null, as nothing.
class Arguments : public Reader<Arguments, std::size_t> {
 public:
  // function: its name, for messages.
  Arguments(std::string_view function, const MortiseValue* values, std::size_t count) noexcept : function_(function), values_(values), count_(count) {}

  std::size_t size() const noexcept { return count_; }
  Value operator[](std::size_t index) const { return value(index); }
  std::optional<Value> find(std::size_t index) const { return index < count_ ? std::optional<Value>(Value(values_[index])) : std::nullopt; }

  std::string subject(std::size_t index) const { return "argument " + std::to_string(index + 1) + " of `" + std::string(function_) + '`'; }
  [[noreturn]] void missing(std::size_t index, std::string_view wanted) const {
    throw Error(MORTISE_INVALID_DATA, subject(index) + " must be " + std::string(wanted.empty() ? "a value" : wanted) + ", but " +
                                          (count_ == 0 ? "none" : std::to_string(count_)) + (count_ > 1 ? " were given" : " was given"));
  }

 private:
  std::string_view function_;
  const MortiseValue* values_;
  std::size_t count_;
};

// [for the call] The call in progress.
class Call {
 public:
  explicit Call(const MortiseCall& call) noexcept : call_(&call) {}

  // Whether the caller gave up; costs one load. Look at it in every loop.
  bool cancelled() const noexcept { return mortise_call_cancelled(call_) != 0; }
  // Throws Error MORTISE_CANCELLED once the caller gave up.
  void check_cancelled() const {
    if (cancelled()) throw Error(MORTISE_CANCELLED, "cancelled");
  }

  // A plugin's or a script's name; empty: the application.
  std::string_view caller() const noexcept { return call_->caller == nullptr ? std::string_view() : std::string_view(call_->caller); }
  // What was left when the call began; 0: no deadline.
  std::chrono::nanoseconds timeout() const noexcept { return std::chrono::nanoseconds(static_cast<std::int64_t>(call_->timeout_ns)); }

 private:
  const MortiseCall* call_;
};

namespace detail {

// Copies a result to memory of its own, which free_result deletes.
inline void give_result(const Value& value, MortiseValue& result) {
  MortiseValue raw = value.raw();
  if (raw.length > 0) {
    const auto length = static_cast<std::size_t>(raw.length);
    char* copy = new char[length];
    std::memcpy(copy, raw.as.data, length);
    raw.as.data = copy;
  }
  result = raw;
}

inline void free_result(MortiseValue& result) noexcept {
  if (result.length > 0) delete[] static_cast<const char*>(result.as.data);
  result = mortise_null();
}

}  // namespace detail

// A named function, as Plugin::function returns it, to be told more.
class Function {
 public:
  explicit Function(std::string name) : name_(std::move(name)) { Name::check(name_); }
  virtual ~Function() = default;
  Function(const Function&) = delete;
  Function& operator=(const Function&) = delete;

  // For people.
  Function& description(std::string text) { return keep(description_, std::move(text)); }
  // JSON Schema of the array of arguments, and of the result.
  Function& arguments_schema(std::string json) { return keep(arguments_schema_, std::move(json)); }
  Function& result_schema(std::string json) { return keep(result_schema_, std::move(json)); }

  // Promises that it returns within about 50 µs and never waits: it may run on the main thread.
  Function& quick() noexcept {
    flags_ |= MORTISE_FUNCTION_QUICK;
    return *this;
  }
  // Says that calling twice does no more than calling once: it may be retried.
  Function& idempotent() noexcept {
    flags_ |= MORTISE_FUNCTION_IDEMPOTENT;
    return *this;
  }

  const std::string& name() const noexcept { return name_; }

  // [stage-thread & running; several at once in a plugin that is thread-safe] result: becomes the plugin's own memory, for detail::free_result.
  virtual void call(const Arguments& arguments, const Call& call, MortiseValue& result) = 0;

  void describe(MortiseFunction& function) const noexcept {
    function.flags = flags_;
    function.name = name_.c_str();
    function.description = or_null(description_);
    function.arguments_schema = or_null(arguments_schema_);
    function.result_schema = or_null(result_schema_);
  }

 private:
  Function& keep(std::string& field, std::string text) {
    Name::check(text);
    field = std::move(text);
    return *this;
  }
  static const char* or_null(const std::string& text) noexcept { return text.empty() ? nullptr : text.c_str(); }

  std::string name_;
  std::string description_;
  std::string arguments_schema_;
  std::string result_schema_;
  std::uint32_t flags_ = 0;
};

namespace detail {

template <class Callable>
class CallableFunction final : public Function {
 public:
  CallableFunction(std::string name, Callable callable) : Function(std::move(name)), callable_(std::move(callable)) {}

  void call(const Arguments& arguments, const Call& call, MortiseValue& result) override {
    if constexpr (std::is_invocable_v<Callable&, const Arguments&, const Call&>) {
      finish([&]() -> decltype(auto) { return callable_(arguments, call); }, result);
    } else if constexpr (std::is_invocable_v<Callable&, const Arguments&>) {
      finish([&]() -> decltype(auto) { return callable_(arguments); }, result);
    } else {
      static_assert(std::is_invocable_v<Callable&>,
                    "a function is something that can be called with (const mortise::Arguments&, const mortise::Call&), (const mortise::Arguments&) or ()");
      finish([&]() -> decltype(auto) { return callable_(); }, result);
    }
  }

 private:
  // What is returned lives until it has been copied.
  template <class Invoke>
  static void finish(const Invoke& invoke, MortiseValue& result) {
    if constexpr (std::is_void_v<decltype(invoke())>) {
      invoke();
      result = mortise_null();
    } else {
      const auto& returned = invoke();
      static_assert(std::is_convertible_v<decltype(returned), Value>, "a function returns nothing, or what a mortise::Value can be made from");
      give_result(returned, result);
    }
  }

  Callable callable_;
};

}  // namespace detail
}  // namespace mortise

#endif
