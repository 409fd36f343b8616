// Typed reading by key, the same for contexts, options and arguments.
#ifndef MORTISE_CPP_READER_HPP
#define MORTISE_CPP_READER_HPP

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "value.hpp"

namespace mortise {

// What `Source` inherits its getters from. Source has
//   std::optional<Value> find(Key) const;                           nothing: there is no such value
//   std::string subject(Key) const;                                 "the context value `who`"
//   [[noreturn]] void missing(Key, std::string_view wanted) const;  throws; wanted: "a string", or empty
// What the getters return is borrowed from where Source has it.
template <class Source, class Key>
class Reader {
 public:
  // Whatever is there. Fails as those below if there is nothing.
  Value value(Key key) const { return wanted(key, {}); }
  bool has(Key key) const { return source().find(key).has_value(); }

  // Throw Error if there is nothing (MORTISE_NOT_FOUND, for arguments MORTISE_INVALID_DATA) or if it is something else (MORTISE_WRONG_TYPE). A double that is a whole
  // number up to 2^53, as JavaScript's numbers are, passes as an int64, and such an int64 as a double: nothing is lost.
  bool boolean(Key key) const { return detail::read_boolean(wanted(key, MORTISE_BOOL).raw(), named(key)); }
  std::int64_t int64(Key key) const { return detail::read_int64(wanted(key, MORTISE_INT64).raw(), named(key)); }
  double number(Key key) const { return detail::read_number(wanted(key, MORTISE_DOUBLE).raw(), named(key)); }
  std::string_view string(Key key) const { return detail::read_text(wanted(key, MORTISE_STRING).raw(), MORTISE_STRING, named(key)); }
  Bytes bytes(Key key) const { return detail::read_bytes(wanted(key, MORTISE_BYTES).raw(), named(key)); }
  std::string_view json(Key key) const { return detail::read_text(wanted(key, MORTISE_JSON).raw(), MORTISE_JSON, named(key)); }

  // Nothing if there is nothing, or null. Throw Error MORTISE_WRONG_TYPE if it is something else.
  std::optional<bool> find_boolean(Key key) const { return found(key, [](const auto&... from) { return detail::read_boolean(from...); }); }
  std::optional<std::int64_t> find_int64(Key key) const { return found(key, [](const auto&... from) { return detail::read_int64(from...); }); }
  std::optional<double> find_number(Key key) const { return found(key, [](const auto&... from) { return detail::read_number(from...); }); }
  std::optional<std::string_view> find_string(Key key) const {
    return found(key, [](const auto& raw, const auto& subject) { return detail::read_text(raw, MORTISE_STRING, subject); });
  }
  std::optional<Bytes> find_bytes(Key key) const { return found(key, [](const auto&... from) { return detail::read_bytes(from...); }); }
  std::optional<std::string_view> find_json(Key key) const {
    return found(key, [](const auto& raw, const auto& subject) { return detail::read_text(raw, MORTISE_JSON, subject); });
  }

 protected:
  Reader() = default;
  ~Reader() = default;
  Reader(const Reader&) = default;
  Reader& operator=(const Reader&) = default;

 private:
  // Says what is read, once a message wants it.
  struct Named {
    const Source& source;
    Key key;
    std::string operator()() const { return source.subject(key); }
  };

  const Source& source() const noexcept { return static_cast<const Source&>(*this); }
  Named named(Key key) const noexcept { return {source(), key}; }

  Value wanted(Key key, std::optional<std::uint32_t> tag) const {
    const std::optional<Value> found = source().find(key);
    if (!found) source().missing(key, tag ? std::string_view(mortise_noun(*tag)) : std::string_view());
    return *found;
  }

  template <class Read>
  auto found(Key key, const Read& read) const -> std::optional<decltype(read(std::declval<const MortiseValue&>(), std::declval<const Named&>()))> {
    const std::optional<Value> value = source().find(key);
    if (!value || value->is_null()) return std::nullopt;
    return read(value->raw(), named(key));
  }
};

}  // namespace mortise

#endif
