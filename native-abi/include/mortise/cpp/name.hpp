// Texts that the contract wants to end in NUL.
#ifndef MORTISE_CPP_NAME_HPP
#define MORTISE_CPP_NAME_HPP

#include <string>
#include <string_view>

#include "error.hpp"

namespace mortise {

// A key, an id or another name, for one call: borrows a `const char*` or a std::string, copies a std::string_view. Throws Error MORTISE_INVALID_DATA if the text
// contains a NUL, MORTISE_NULL_POINTER for NULL.
class Name {
 public:
  Name(const char* text) : text_(text) {
    if (text == nullptr) throw Error(MORTISE_NULL_POINTER, "a name was given as a NULL pointer");
  }
  Name(const std::string& text) : text_(text.c_str()) { check(text); }
  Name(std::string_view text) : copy_(text), text_(copy_.c_str()) { check(copy_); }
  Name(const Name&) = delete;
  Name& operator=(const Name&) = delete;

  const char* c_str() const noexcept { return text_; }
  std::string_view view() const noexcept { return text_; }

  // Throws unless text could be handed over as a C string.
  static void check(std::string_view text) {
    const std::size_t end = text.find('\0');
    if (end != std::string_view::npos)
      throw Error(MORTISE_INVALID_DATA, "a name contains a NUL after `" + std::string(text.substr(0, end)) + '`');
  }

 private:
  std::string copy_;
  const char* text_;
};

}  // namespace mortise

#endif
