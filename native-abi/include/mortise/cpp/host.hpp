// What the host offers: the log, the options, functions of the application, messages, services.
#ifndef MORTISE_CPP_HOST_HPP
#define MORTISE_CPP_HOST_HPP

#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../host.h"
#include "name.hpp"
#include "reader.hpp"

namespace mortise {

enum class Level : std::uint32_t {
  trace = MORTISE_LOG_TRACE,
  debug = MORTISE_LOG_DEBUG,
  info = MORTISE_LOG_INFO,
  warn = MORTISE_LOG_WARN,
  error = MORTISE_LOG_ERROR,
  fatal = MORTISE_LOG_FATAL
};

// One named value of a log line; borrows both.
class Field {
 public:
  Field(const char* key, const Value& value) noexcept : raw_{key, nullptr, value.raw()} {}

 private:
  MortiseField raw_;
};
static_assert(sizeof(Field) == sizeof(MortiseField), "fields are handed to the host as they are");

// What the operator configured for this plugin, by the names of top-level options. Values live as long as the process.
class Config : public Reader<Config, const Name&> {
 public:
  explicit Config(const MortiseHost& host) noexcept : host_(&host) {}

  // Nothing if the option is not set, or null. Throws Error MORTISE_WRONG_STATE before init.
  std::optional<Value> find(const Name& key) const {
    MortiseValue value = mortise_null();
    const FfiResult code = host_->config(host_, key.c_str(), &value);
    if (code == MORTISE_NOT_FOUND) return std::nullopt;
    detail::expect(code, "give the option", key.view());
    if (value.tag == MORTISE_NULL) return std::nullopt;
    return Value(value);
  }

  // All options, as the text of one JSON object.
  std::string_view whole() const { return json(""); }

  std::string subject(const Name& key) const { return "the option `" + std::string(key.view()) + '`'; }
  [[noreturn]] void missing(const Name& key, std::string_view wanted) const {
    throw Error(MORTISE_NOT_FOUND, subject(key) + " is not set" + (wanted.empty() ? std::string() : "; it must be " + std::string(wanted)));
  }

 private:
  const MortiseHost* host_;
};

// [any-thread, unless a function says otherwise] A handle, cheap to copy and to keep; usable until the plugin is destroyed, and harmless after that.
class Host {
 public:
  explicit Host(const MortiseHost& host) noexcept : host_(&host) {}

  // Name of the application, its plugin API version, and the absolute path of its configuration folder. They live as long as the process.
  std::string_view app() const noexcept { return host_->app; }
  std::string_view api_version() const noexcept { return host_->api_version; }
  std::string_view config_dir() const noexcept { return host_->config_dir; }

  // Whether lines of that level are kept: look before making one that costs work.
  bool logs(Level level) const noexcept { return static_cast<std::uint32_t>(level) >= log_level(); }

  // Emits one structured line; below the level it costs one load. Returns what the host answered, which nobody must look at: a line that is lost is no
  // reason to fail.
  FfiResult log(Level level, std::string_view message, std::initializer_list<Field> fields = {}) const noexcept {
    return log(level, message, fields.begin(), fields.size());
  }
  FfiResult log(Level level, std::string_view message, const std::vector<Field>& fields) const noexcept {
    return log(level, message, fields.data(), fields.size());
  }
  FfiResult trace(std::string_view message, std::initializer_list<Field> fields = {}) const noexcept { return log(Level::trace, message, fields); }
  FfiResult debug(std::string_view message, std::initializer_list<Field> fields = {}) const noexcept { return log(Level::debug, message, fields); }
  FfiResult info(std::string_view message, std::initializer_list<Field> fields = {}) const noexcept { return log(Level::info, message, fields); }
  FfiResult warn(std::string_view message, std::initializer_list<Field> fields = {}) const noexcept { return log(Level::warn, message, fields); }
  FfiResult error(std::string_view message, std::initializer_list<Field> fields = {}) const noexcept { return log(Level::error, message, fields); }
  FfiResult fatal(std::string_view message, std::initializer_list<Field> fields = {}) const noexcept { return log(Level::fatal, message, fields); }

  // The options of this plugin, from init on.
  Config config() const noexcept { return Config(*host_); }

  // Calls a function that the application defined and waits for its answer, which is the host's and lives until the outermost call into the plugin returns; on a
  // thread of the plugin's own, until its next call. timeout 0: no deadline. Throws Error with the host's code and text: MORTISE_NOT_FOUND, MORTISE_TIMED_OUT,
  // MORTISE_WOULD_BLOCK, MORTISE_ERR (the function failed) …
  Value call(const Name& function, std::initializer_list<Value> arguments = {}, std::chrono::nanoseconds timeout = {}) const {
    return call(function, arguments.begin(), arguments.size(), timeout);
  }
  Value call(const Name& function, const std::vector<Value>& arguments, std::chrono::nanoseconds timeout = {}) const {
    return call(function, arguments.data(), arguments.size(), timeout);
  }

  // Publishes a message; returns when it is queued. Throws Error: MORTISE_UNSUPPORTED (no bus), MORTISE_BUSY …
  void publish(const Name& topic, const Value& payload = nullptr) const {
    detail::expect(host_->publish(host_, topic.c_str(), &payload.raw()), "publish under", topic.view());
  }

  // [main-thread, init or later] The table of a service of another plugin, by name and npm range (nothing: any version); valid until this plugin's shutdown returns.
  // Table is the struct that the offerer's header declares; it begins with its size in bytes. Throws Error MORTISE_NOT_FOUND, MORTISE_DENIED …, MORTISE_UNSUPPORTED if the table is shorter than
  // Table: it is of an older version then. Whoever can do with that one too declares the part that it needs.
  template <class Table>
  const Table& service(const Name& name, const Name& range = "*") const {
    const void* table = nullptr;
    found(host_->service(host_, name.c_str(), range.c_str(), &table), name, range);
    if (size_of(table) < sizeof(Table))
      throw Error(MORTISE_UNSUPPORTED, "the table of the service `" + std::string(name.view()) + "` has " + std::to_string(size_of(table)) + " bytes, " +
                                           std::to_string(sizeof(Table)) + " are wanted");
    return *static_cast<const Table*>(table);
  }

  // The same, for a plugin that can do without: NULL where service throws MORTISE_NOT_FOUND, MORTISE_DENIED or MORTISE_UNSUPPORTED.
  template <class Table>
  const Table* find_service(const Name& name, const Name& range = "*") const {
    const void* table = nullptr;
    const FfiResult code = host_->service(host_, name.c_str(), range.c_str(), &table);
    if (code == MORTISE_NOT_FOUND || code == MORTISE_DENIED || code == MORTISE_UNSUPPORTED) return nullptr;
    found(code, name, range);
    return size_of(table) < sizeof(Table) ? nullptr : static_cast<const Table*>(table);
  }

  // A table that this host offers beyond the contract, by id, or NULL: it does not, or one that is shorter than Table. Static.
  template <class Table>
  const Table* extension(const Name& id) const {
    const void* table = host_->extension(host_, id.c_str());
    return table == nullptr || size_of(table) < sizeof(Table) ? nullptr : static_cast<const Table*>(table);
  }

  const MortiseHost& raw() const noexcept { return *host_; }

 private:
  // Every table begins with its size.
  static std::uint32_t size_of(const void* table) noexcept { return *static_cast<const std::uint32_t*>(table); }

  static void found(FfiResult code, const Name& name, const Name& range) {
    if (code != MORTISE_OK) detail::expect(code, "find the service `" + std::string(name.view()) + "` " + std::string(range.view()));
  }

  std::uint32_t log_level() const noexcept {
#if defined(__GNUC__) || defined(__clang__)
    return __atomic_load_n(host_->log_level, __ATOMIC_RELAXED);
#else
    return *host_->log_level;
#endif
  }

  FfiResult log(Level level, std::string_view message, const Field* fields, std::size_t count) const noexcept {
    if (!logs(level)) return MORTISE_OK;
    // A Field is a MortiseField and nothing else.
    return host_->log(host_, static_cast<std::uint32_t>(level), message.empty() ? "" : message.data(), message.size(), reinterpret_cast<const MortiseField*>(fields), count);
  }

  Value call(const Name& function, const Value* arguments, std::size_t count, std::chrono::nanoseconds timeout) const {
    static_assert(sizeof(Value) == sizeof(MortiseValue), "arguments are handed to the host as they are");
    char text[MORTISE_KIT_MESSAGE];
    MortiseError error = {sizeof(MortiseError), MORTISE_OK, {text, sizeof text, 0}};
    MortiseValue result = mortise_null();
    const auto limit = static_cast<std::uint64_t>(timeout.count() > 0 ? timeout.count() : 0);
    const FfiResult code = host_->call(host_, function.c_str(), reinterpret_cast<const MortiseValue*>(arguments), count, limit, &result, &error);
    detail::expect(code, "call", function.view(), {text, error.message.length});
    return Value(result);
  }

  const MortiseHost* host_;
};

}  // namespace mortise

#endif
