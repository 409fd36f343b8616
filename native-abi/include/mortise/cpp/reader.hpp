// Typed reading by key, the same for contexts, options and arguments.
#ifndef MORTISE_CPP_READER_HPP
#define MORTISE_CPP_READER_HPP

#include <optional>
#include <string>
#include <string_view>

#include "value.hpp"

namespace mortise {

// What `Source` inherits its getters from. Source has
//   std::optional<Value> find(Key) const;         nothing: there is no such value
//   static std::string subject(Key);              "the context value `who`"
//   [[noreturn]] void missing(Key) const;         throws
// What the getters return is borrowed from where Source has it.
template <class Source, class Key>
class Reader {
 public:
  // Whatever is there; throws Error MORTISE_NOT_FOUND if there is nothing.
  Value value(Key key) const {
    const std::optional<Value> found = source().find(key);
    if (!found) source().missing(key);
    return *found;
  }
  bool has(Key key) const { return source().find(key).has_value(); }

  // Throw Error MORTISE_NOT_FOUND if there is nothing, MORTISE_WRONG_TYPE if it is something else. int64 and number take each other's values where nothing is lost,
  // as Value does.
  bool boolean(Key key) const { return detail::read_boolean(value(key).raw(), named(key)); }
  std::int64_t int64(Key key) const { return detail::read_int64(value(key).raw(), named(key)); }
  double number(Key key) const { return detail::read_number(value(key).raw(), named(key)); }
  std::string_view string(Key key) const { return detail::read_text(value(key).raw(), MORTISE_STRING, named(key)); }
  Bytes bytes(Key key) const { return detail::read_bytes(value(key).raw(), named(key)); }
  std::string_view json(Key key) const { return detail::read_text(value(key).raw(), MORTISE_JSON, named(key)); }

  // Nothing if there is nothing, or null. Throw Error MORTISE_WRONG_TYPE if it is something else.
  std::optional<bool> find_boolean(Key key) const { return found<bool>(key, [&](const MortiseValue& raw) { return detail::read_boolean(raw, named(key)); }); }
  std::optional<std::int64_t> find_int64(Key key) const {
    return found<std::int64_t>(key, [&](const MortiseValue& raw) { return detail::read_int64(raw, named(key)); });
  }
  std::optional<double> find_number(Key key) const { return found<double>(key, [&](const MortiseValue& raw) { return detail::read_number(raw, named(key)); }); }
  std::optional<std::string_view> find_string(Key key) const { return found_text(key, MORTISE_STRING); }
  std::optional<Bytes> find_bytes(Key key) const { return found<Bytes>(key, [&](const MortiseValue& raw) { return detail::read_bytes(raw, named(key)); }); }
  std::optional<std::string_view> find_json(Key key) const { return found_text(key, MORTISE_JSON); }

 protected:
  Reader() = default;
  ~Reader() = default;
  Reader(const Reader&) = default;
  Reader& operator=(const Reader&) = default;

 private:
  // Says what is read, once a message wants it.
  struct Named {
    Key key;
    std::string operator()() const { return Source::subject(key); }
  };

  static Named named(Key key) noexcept { return {key}; }
  const Source& source() const noexcept { return static_cast<const Source&>(*this); }

  template <class T, class Read>
  std::optional<T> found(Key key, const Read& read) const {
    const std::optional<Value> value = source().find(key);
    if (!value || value->is_null()) return std::nullopt;
    return read(value->raw());
  }

  std::optional<std::string_view> found_text(Key key, std::uint32_t tag) const {
    return found<std::string_view>(key, [&](const MortiseValue& raw) { return detail::read_text(raw, tag, named(key)); });
  }
};

}  // namespace mortise

#endif
