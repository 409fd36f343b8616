// What a plugin throws to fail: a code of result.h and a text for the operator.
#ifndef MORTISE_CPP_ERROR_HPP
#define MORTISE_CPP_ERROR_HPP

#include <stdexcept>
#include <string>
#include <string_view>

#include "../result.h"

#if !defined(__cpp_exceptions) && !defined(_CPPUNWIND)
#error "mortise.hpp reports failures as exceptions: compile without -fno-exceptions, or write the plugin with mortise/kit.h in C"
#endif

namespace mortise {

// A failure. The code goes to the host as it is, the text with it: say what failed, with which file or device, and what would mend it; the host adds plugin and
// operation. Any other exception that leaves a function of the plugin is reported too, with its what() and MORTISE_ERR (std::bad_alloc: MORTISE_OUT_OF_MEMORY).
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& text) : Error(MORTISE_ERR, text) {}

  // MORTISE_OK is no failure: it counts as MORTISE_ERR.
  Error(FfiResult code, const std::string& text) : std::runtime_error(text), code_(code == MORTISE_OK ? FfiResult{MORTISE_ERR} : code) {}

  FfiResult code() const noexcept { return code_; }

 private:
  FfiResult code_;
};

// "MORTISE_NOT_FOUND"; empty for a code that result.h does not list. Static.
constexpr std::string_view code_name(FfiResult code) noexcept {
#define MORTISE_CPP_NAME(name, value, text) \
  if (code == (value)) return #name;
  MORTISE_RESULTS(MORTISE_CPP_NAME)
#undef MORTISE_CPP_NAME
  return {};
}

// "nothing goes by that name here"; empty for a code that result.h does not list. Static.
constexpr std::string_view code_text(FfiResult code) noexcept {
#define MORTISE_CPP_TEXT(name, value, text) \
  if (code == (value)) return text;
  MORTISE_RESULTS(MORTISE_CPP_TEXT)
#undef MORTISE_CPP_TEXT
  return {};
}

namespace detail {

// Throws unless the host answered MORTISE_OK: the host would not WHAT `NAME`: REASON (MORTISE_CODE). reason: the host's own words, if it said any.
inline void expect(FfiResult code, std::string_view what, std::string_view name = {}, std::string_view reason = {}) {
  if (code == MORTISE_OK) return;
  std::string text = "the host would not " + std::string(what);
  if (!name.empty()) text += " `" + std::string(name) + '`';
  text += ": " + std::string(!reason.empty() ? reason : !code_text(code).empty() ? code_text(code) : "the code is not in the contract");
  text += " (" + (code_name(code).empty() ? std::to_string(code) : std::string(code_name(code))) + ')';
  throw Error(code, text);
}

}  // namespace detail
}  // namespace mortise

#endif
