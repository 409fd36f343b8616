// The shared, typed data of one run.
#ifndef MORTISE_CPP_CONTEXT_HPP
#define MORTISE_CPP_CONTEXT_HPP

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "../context.h"
#include "host.hpp"

namespace mortise {

// [the thread of the call, for the call] What a stage or a preflight check works on: typed values by key. Not to be kept. What the getters return is the host's and can be read
// until the outermost call into the plugin returns, also after the key was set again.
//
// A stage's writes are seen by itself at once, by later stages when it succeeds, and are dropped when it throws.
class Context : public Reader<Context, const Name&> {
 public:
  explicit Context(const MortiseContext& context) noexcept : context_(&context) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // "namespace:stage"; empty in a preflight check.
  std::string_view stage_id() const noexcept { return context_->stage_id == nullptr ? std::string_view() : std::string_view(context_->stage_id); }
  bool is_dry_run() const noexcept { return context_->mode == MORTISE_DRY_RUN; }
  Host host() const noexcept { return Host(*context_->host); }

  // Whether the caller gave up; costs one load. Look at it in every loop.
  bool cancelled() const noexcept { return mortise_cancelled(context_) != 0; }
  // Throws Error MORTISE_CANCELLED once the caller gave up.
  void check_cancelled() const {
    if (cancelled()) throw Error(MORTISE_CANCELLED, "cancelled");
  }

  // Nothing if there is no such key.
  std::optional<Value> find(const Name& key) const {
    MortiseValue value = mortise_null();
    const FfiResult code = context_->get(context_, key.c_str(), &value);
    if (code == MORTISE_NOT_FOUND) return std::nullopt;
    detail::expect(code, "give the context value", key.view());
    return Value(value);
  }

  // Copies the value. Throws Error: MORTISE_READ_ONLY (preflight), MORTISE_UTF8_ERROR, MORTISE_INVALID_DATA, MORTISE_TOO_LARGE …
  void set(const Name& key, const Value& value) { detail::expect(context_->set(context_, key.c_str(), &value.raw()), "set the context value", key.view()); }

  // False if there was no such key. Throws Error MORTISE_READ_ONLY.
  bool remove(const Name& key) {
    const FfiResult code = context_->remove(context_, key.c_str());
    if (code == MORTISE_NOT_FOUND) return false;
    detail::expect(code, "remove the context value", key.view());
    return true;
  }

  // Calls visit(std::string_view key, const Value& value) for each, in the order in which they were first set, until it returns false (or to the end, if it returns nothing). A key that
  // is set meanwhile is met, one that is removed is not.
  template <class Visit>
  void walk(Visit&& visit) const {
    std::size_t cursor = 0;
    for (;;) {
      const char* key = nullptr;
      MortiseValue value = mortise_null();
      const FfiResult code = context_->next(context_, &cursor, &key, &value);
      if (code == MORTISE_NOT_FOUND) return;
      detail::expect(code, "walk the context");
      if constexpr (std::is_void_v<std::invoke_result_t<Visit&, std::string_view, const Value&>>) {
        visit(std::string_view(key), Value(value));
      } else {
        if (!visit(std::string_view(key), Value(value))) return;
      }
    }
  }

  // Dry run: one sentence for each thing that execute would do. Throws Error MORTISE_WRONG_STATE in live mode and in a preflight check.
  void describe(std::string_view sentence) {
    detail::expect(context_->describe(context_, sentence.empty() ? "" : sentence.data(), sentence.size()), "take the description");
  }

  std::string subject(const Name& key) const { return "the context value `" + std::string(key.view()) + '`'; }
  [[noreturn]] void missing(const Name& key, std::string_view wanted) const {
    throw Error(MORTISE_NOT_FOUND, "the context has no `" + std::string(key.view()) + '`' + (wanted.empty() ? std::string() : ", which must be " + std::string(wanted)));
  }

  const MortiseContext& raw() const noexcept { return *context_; }

 private:
  const MortiseContext* context_;
};

}  // namespace mortise

#endif
