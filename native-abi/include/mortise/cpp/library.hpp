// What the library holds while its plugin is open, and the text behind the last failure.
#ifndef MORTISE_CPP_LIBRARY_HPP
#define MORTISE_CPP_LIBRARY_HPP

#include <cstddef>
#include <cstring>
#include <new>
#include <string_view>
#include <vector>

#include "../ext/error.h"
#include "error.hpp"

// Two libraries of one process must never share this, also where -fvisibility=hidden was forgotten: inline variables are unique in a process otherwise.
#if defined(__ELF__) || defined(__APPLE__)
#define MORTISE_CPP_OWN __attribute__((visibility("hidden")))
#else
#define MORTISE_CPP_OWN
#endif

namespace mortise {

class Plugin;
class Stage;
class Function;

namespace detail {

// The text of the last failure: in memory of the library, because it is asked after the instance is gone too. [main-thread]
class LastMessage {
 public:
  void clear() noexcept { length_ = 0; }
  void set(std::string_view text) noexcept {
    clear();
    add(text);
  }

  // Behind what is there already: several destructors may fail before the host asks.
  void append(std::string_view prefix, std::string_view text) noexcept {
    if (length_ > 0) add("; ");
    add(prefix);
    add(text);
  }

  // Gives it away.
  void take(MortiseText& to) noexcept {
    mortise_text_set(&to, text_, length_);
    clear();
  }

 private:
  void add(std::string_view text) noexcept {
    MortiseText rest = {text_ + length_, sizeof text_ - length_, 0};
    mortise_text_set(&rest, text.data(), text.size());
    length_ += rest.length;
  }

  char text_[MORTISE_KIT_MESSAGE] = {};
  std::size_t length_ = 0;
};

// Stages and functions of a plugin whose constructor threw.
struct Abandoned {
  std::vector<Stage*> stages;
  std::vector<Function*> functions;
  Abandoned* next;
};

// Set afresh by each _plugin_init: a library stays mapped, and may be opened again.
struct Library {
  const char* manifest_name = "";
  const char* manifest_version = "";
  Plugin* plugin = nullptr;
  LastMessage message;
};

MORTISE_CPP_OWN inline Library library;

// Kept for the life of the process, and reachable. [main-thread]
MORTISE_CPP_OWN inline Abandoned* abandoned = nullptr;

// The code and the text of the exception that is being handled. The text is never empty: an empty one would say that nothing failed.
template <class Tell>
FfiResult caught(const Tell& tell) noexcept {
  const auto said = [](const char* what) { return what != nullptr && *what != '\0' ? std::string_view(what) : std::string_view("an exception without a text"); };
  try {
    throw;
  } catch (const Error& error) {
    tell(said(error.what()));
    return error.code();
  } catch (const std::bad_alloc&) {
    tell(std::string_view("out of memory"));
    return MORTISE_OUT_OF_MEMORY;
  } catch (const std::exception& exception) {
    tell(said(exception.what()));
    return MORTISE_ERR;
  } catch (...) {
    tell(std::string_view("an exception that is no std::exception"));
    return MORTISE_ERR;
  }
}

// Runs `work`: MORTISE_OK, or code and text of what it threw. The destructor of what was thrown runs at the end of the inner block, and may throw too: that is swallowed,
// since the first failure has been told.
template <class Work, class Tell>
FfiResult contained(const Work& work, const Tell& tell) noexcept {
  FfiResult code = MORTISE_OK;
  try {
    try {
      work();
    } catch (...) {
      code = caught(tell);
    }
  } catch (...) {
  }
  return code;
}

// A base slot: runs `work`, whose failure becomes the last message.
template <class Work>
FfiResult slot(const Work& work) noexcept {
  library.message.clear();
  return contained(work, [](std::string_view text) noexcept { library.message.set(text); });
}

// A getter of the base table: what `make` returns, or `otherwise` and the last message.
template <class Result, class Make>
Result getter(Result otherwise, const Make& make) noexcept {
  Result result = otherwise;
  static_cast<void>(slot([&] { result = make(); }));
  return result;
}

}  // namespace detail

// For slots that are written by hand, those of further extensions: runs work() and turns what it throws into a code and a text. error may be NULL.
template <class Work>
FfiResult guarded(MortiseError* error, const Work& work) noexcept {
  const FfiResult code = detail::contained(work, [error](std::string_view text) noexcept {
    if (error != nullptr) mortise_text_set(&error->message, text.data(), text.size());
  });
  if (error != nullptr && code != MORTISE_OK) error->code = code;
  return code;
}

}  // namespace mortise

#endif
