// Typed values: what contexts, options, log fields, arguments and results carry.
#ifndef MORTISE_CPP_VALUE_HPP
#define MORTISE_CPP_VALUE_HPP

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "../value.h"
#include "bytes.hpp"
#include "error.hpp"

namespace mortise {

enum class Type : std::uint32_t {
  null = MORTISE_NULL,
  boolean = MORTISE_BOOL,
  int64 = MORTISE_INT64,
  number = MORTISE_DOUBLE,
  string = MORTISE_STRING,
  bytes = MORTISE_BYTES,
  json = MORTISE_JSON
};

// "int64", as value.h names it in messages. Static.
constexpr std::string_view type_name(std::uint32_t tag) noexcept {
#define MORTISE_CPP_TAG(name, tag_, text) \
  if (tag == (tag_)) return text;
  MORTISE_TAGS(MORTISE_CPP_TAG)
#undef MORTISE_CPP_TAG
  return "unknown";
}
constexpr std::string_view type_name(Type type) noexcept { return type_name(static_cast<std::uint32_t>(type)); }

// The text of one JSON value, owned: says that a text is to be taken as JSON. Whether it is JSON, the host checks.
struct Json {
  explicit Json(std::string json) : text(std::move(json)) {}
  explicit Json(std::string_view json) : text(json) {}
  explicit Json(const char* json) : text(json) {}
  std::string text;
};

namespace detail {

template <class T>
constexpr bool is_character = std::is_same_v<T, char> || std::is_same_v<T, wchar_t> || std::is_same_v<T, char16_t> || std::is_same_v<T, char32_t>
#if defined(__cpp_char8_t)
                              || std::is_same_v<T, char8_t>
#endif
    ;

template <class T>
constexpr bool is_integer = std::is_integral_v<T> && !std::is_same_v<T, bool> && !is_character<T>;

// NULL is an integer to the compiler. Where it is of a type that 0 is not of, and another type is as wide, which is so on 64-bit systems other than Windows, it is refused: that type gets no
// constructor of its own, so that a constant 0 of it fits a pointer as well as the number. As a parameter that type becomes `Wide`.
using Null = decltype(NULL);
constexpr bool null_is_refused = std::is_integral_v<Null> && !std::is_same_v<Null, int> && sizeof(long) == sizeof(long long);
struct Never {
  Never() = delete;
  operator std::int64_t() const noexcept { return 0; }
};
using Wide = std::conditional_t<!null_is_refused, Never, std::conditional_t<std::is_same_v<Null, long>, long long, long>>;
template <class T>
constexpr bool is_like_null = null_is_refused && std::is_same_v<T, Null>;

// What would become a number by a conversion.
template <class T>
constexpr bool is_no_number = std::is_enum_v<T> || is_character<T> || std::is_same_v<T, long double>;

template <class T>
constexpr bool is_text = std::is_convertible_v<const T&, std::string_view> && !std::is_pointer_v<std::decay_t<T>>;

// The largest integer up to which a double holds every one.
constexpr std::int64_t exact_double = std::int64_t{1} << 53;

template <class T>
std::int64_t to_int64(T number) {
  if constexpr (std::is_unsigned_v<T> && sizeof(T) >= sizeof(std::int64_t)) {
    if (number > static_cast<T>(std::numeric_limits<std::int64_t>::max()))
      throw Error(MORTISE_INVALID_DATA, std::to_string(number) + " is greater than an int64 can be");
  }
  return static_cast<std::int64_t>(number);
}

inline std::string_view text_of(const MortiseValue& value) noexcept {
  return value.length == 0 ? std::string_view() : std::string_view(static_cast<const char*>(value.as.data), static_cast<std::size_t>(value.length));
}

// The fewest digits that read back as this double: 17 always do.
inline std::string digits_of(double number) {
  if (!(std::abs(number) <= std::numeric_limits<double>::max())) return number > 0 ? "Infinity" : number < 0 ? "-Infinity" : "NaN";
  char text[40];
  for (int digits = 1;; digits++) {
    std::snprintf(text, sizeof text, "%.*g", digits, number);
    const double read = std::strtod(text, nullptr);
    if (digits == 17 || !(read < number || read > number)) return text;
  }
}

// The readers. `subject()` says what is read, for the message: "the context value `who`".
template <class Subject>
[[noreturn]] void mismatch(const Subject& subject, std::uint32_t wanted, std::string_view found) {
  throw Error(MORTISE_WRONG_TYPE, subject() + " must be " + std::string(mortise_noun(wanted)) + ", but is " + std::string(found));
}

template <class Subject>
void expect_tag(const MortiseValue& value, std::uint32_t wanted, const Subject& subject) {
  if (value.tag != wanted) mismatch(subject, wanted, mortise_noun(value.tag));
}

template <class Subject>
bool read_boolean(const MortiseValue& value, const Subject& subject) {
  expect_tag(value, MORTISE_BOOL, subject);
  return value.as.boolean != 0;
}

template <class Subject>
std::int64_t read_int64(const MortiseValue& value, const Subject& subject) {
  if (value.tag == MORTISE_INT64) return value.as.int64;
  if (value.tag != MORTISE_DOUBLE) mismatch(subject, MORTISE_INT64, mortise_noun(value.tag));
  const double number = value.as.number;
  constexpr auto limit = static_cast<double>(exact_double);
  // Written so that NaN is refused too.
  const bool is_whole = number >= -limit && number <= limit && !(std::trunc(number) < number || std::trunc(number) > number);
  if (!is_whole) mismatch(subject, MORTISE_INT64, "the double " + digits_of(number));
  return static_cast<std::int64_t>(number);
}

template <class Subject>
double read_number(const MortiseValue& value, const Subject& subject) {
  if (value.tag == MORTISE_DOUBLE) return value.as.number;
  if (value.tag != MORTISE_INT64) mismatch(subject, MORTISE_DOUBLE, mortise_noun(value.tag));
  if (value.as.int64 > exact_double || value.as.int64 < -exact_double) mismatch(subject, MORTISE_DOUBLE, "an int64 beyond 2^53");
  return static_cast<double>(value.as.int64);
}

template <class Subject>
std::string_view read_text(const MortiseValue& value, std::uint32_t tag, const Subject& subject) {
  expect_tag(value, tag, subject);
  return text_of(value);
}

template <class Subject>
Bytes read_bytes(const MortiseValue& value, const Subject& subject) {
  expect_tag(value, MORTISE_BYTES, subject);
  return {value.as.data, static_cast<std::size_t>(value.length)};
}

}  // namespace detail

// One typed value, borrowed: it points to the text or the bytes that it was made from, or to memory of the host, and must not outlive them. Cheap to copy.
//
// A Value does not own its text. std::vector<Value>{name + "!"} holds a pointer to a string that is gone by the next line, and so does a Value in a member, a map or
// a std::optional: keep a std::string there, and make the Value where it is passed.
//
// It is made from what fits without doubt: nullptr, bool, any integer (beyond an int64: Error MORTISE_INVALID_DATA), float or double, texts, Bytes and what Bytes
// takes, Json, and a std::optional of these (nothing: null). Characters, other pointers, enumerators and long doubles do not compile,
// nor does NULL where the compiler can tell it from 0 (write nullptr), nor with it 0L and std::int64_t{0} (write 0). A lambda that returns NULL returns a number.
class Value {
 public:
  Value() noexcept : raw_(mortise_null()) {}
  Value(std::nullptr_t) noexcept : raw_(mortise_null()) {}
  explicit Value(const MortiseValue& raw) noexcept : raw_(raw) {}
  Value(Bytes bytes) noexcept : raw_(mortise_bytes(bytes.data(), bytes.size())) {}
  Value(const Json& json) noexcept : raw_(mortise_json(json.text.data(), json.text.size())) {}
  Value(const char* text) : raw_(mortise_null()) {
    if (text == nullptr) throw Error(MORTISE_NULL_POINTER, "a text was given as a NULL pointer");
    raw_ = of_text(text);
  }
  template <class T, std::enable_if_t<std::is_same_v<T, bool>, int> = 0>
  Value(T truth) noexcept : raw_(mortise_bool(truth ? 1 : 0)) {}
  template <class T, std::enable_if_t<detail::is_integer<T> && !detail::is_like_null<T>, int> = 0>
  Value(T number) : raw_(mortise_int64(detail::to_int64(number))) {}
  Value(detail::Wide number) : raw_(mortise_int64(detail::to_int64(number))) {}
  template <class T, std::enable_if_t<detail::is_no_number<T>, int> = 0>
  Value(T) = delete;
  template <class T, std::enable_if_t<std::is_class_v<T> && std::is_convertible_v<const T&, detail::Wide> && !detail::is_text<T> && !std::is_convertible_v<const T&, Bytes>, int> = 0>
  Value(const T&) = delete;
  template <class T, std::enable_if_t<std::is_same_v<T, float> || std::is_same_v<T, double>, int> = 0>
  Value(T number) noexcept : raw_(mortise_double(static_cast<double>(number))) {}
  template <class T, std::enable_if_t<detail::is_text<T>, int> = 0>
  Value(const T& text) noexcept : raw_(of_text(text)) {}
  template <class T, std::enable_if_t<std::is_convertible_v<const T&, Bytes> && !detail::is_text<T> && !std::is_same_v<T, Bytes>, int> = 0>
  Value(const T& bytes) noexcept : Value(Bytes(bytes)) {}
  template <class T>
  Value(const std::optional<T>& value) : Value(value.has_value() ? Value(*value) : Value()) {}

  Type type() const noexcept { return static_cast<Type>(raw_.tag); }
  bool is_null() const noexcept { return raw_.tag == MORTISE_NULL; }

  // What it holds. Throw Error MORTISE_WRONG_TYPE if it holds something else. A double that is a whole number up to 2^53, as JavaScript's numbers are, passes as an
  // int64, and such an int64 as a double: nothing is lost.
  bool boolean() const { return detail::read_boolean(raw_, subject); }
  std::int64_t int64() const { return detail::read_int64(raw_, subject); }
  double number() const { return detail::read_number(raw_, subject); }
  std::string_view string() const { return detail::read_text(raw_, MORTISE_STRING, subject); }
  Bytes bytes() const { return detail::read_bytes(raw_, subject); }
  std::string_view json() const { return detail::read_text(raw_, MORTISE_JSON, subject); }

  const MortiseValue& raw() const noexcept { return raw_; }

 private:
  static MortiseValue of_text(std::string_view text) noexcept { return mortise_string(text.data(), text.size()); }
  static std::string subject() { return "the value"; }

  MortiseValue raw_;
};

}  // namespace mortise

#endif
