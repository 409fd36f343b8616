// Uses all of the C++ kit once, so that it is compiled whole: header only, it would not be otherwise. kit_store.cpp is the second source of this plugin.
#define MORTISE_MANIFEST_NAME "kit-cpp"
#define MORTISE_MANIFEST_VERSION "1.2.3"
#include "mortise.hpp"

#include <array>
#include <atomic>

#include "store.h"

std::unique_ptr<mortise::Stage> make_counting_stage(std::string id);
extern const Store kit_store;

namespace {

// What a value cannot be made from by accident.
template <class T>
constexpr bool fits = std::is_convertible_v<T, mortise::Value>;
static_assert(fits<bool> && fits<signed char> && fits<unsigned long long> && fits<float> && fits<const char*> && fits<std::string>);
static_assert(!fits<char> && !fits<char16_t> && !fits<wchar_t> && !fits<long double>);
static_assert(!fits<void*> && !fits<int*> && !fits<const unsigned char*> && !fits<MortiseTag> && !fits<mortise::Type>);
static_assert(fits<int> && fits<long> && fits<unsigned long> && fits<long long> && fits<std::size_t> && fits<std::nullptr_t>);
static_assert(!std::is_constructible_v<mortise::Value, std::vector<bool>::reference>);
static_assert(!std::is_convertible_v<std::string, mortise::Json> && !std::is_convertible_v<std::string, mortise::Bytes>);
static_assert(!std::is_copy_constructible_v<mortise::Context> && !std::is_copy_constructible_v<mortise::Plugin>);

// A later version of the service Store.
struct Longer {
  std::uint32_t size;
  std::uint32_t reserved;
  void* functions[3];
};

uint32_t check(const void* instance, MortiseText* message);
constexpr MortiseHealthExtension health = {sizeof(MortiseHealthExtension), 0, check};

class Kit final : public mortise::Plugin {
 public:
  Kit() {
    stage("kit-cpp:give", &Kit::give).name("Give").description("Sets a value of each type").quick();
    stage("kit-cpp:take", take).dry_run([](mortise::Context& context) {
      context.describe(context.is_dry_run() ? "read them" : "");
    });
    stage("kit-cpp:call", [moved = std::make_unique<int>(7), this](mortise::Context& context) { call(context, *moved); });
    stage("kit-cpp:log", [](mortise::Context& context) { log(context.host()); });
    stage("kit-cpp:offer", [this](mortise::Context&) { service("com.example.late", "1.0.0", kit_store); });
    stage("kit-cpp:longer", [](mortise::Context& context) { context.set("find", context.host().find_service<Longer>("com.example.kit") != nullptr), context.host().service<Longer>("com.example.kit"); })
        .quick();
    add(make_counting_stage("kit-cpp:count")).description("Counts its runs");

    function("sum", [](const mortise::Arguments& arguments) {
      double sum = 0;
      for (std::size_t index = 0; index < arguments.size(); index++) sum += arguments.number(index);
      return sum;
    }).description("Adds").arguments_schema(R"({"type":"array"})").result_schema(R"({"type":"number"})").quick().idempotent();
    function("who", [](mortise::Arguments, const mortise::Call& call) { return call.check_cancelled(), call.caller(); });
    function("wait", [](const mortise::Arguments& arguments, const mortise::Call& call) {
      while (arguments.find_boolean(0).value_or(false) && !call.cancelled()) {}
      return call.timeout().count();
    });
    function("count", &Kit::count);
    function("reset", &Kit::reset);
    function("bytes", [](const mortise::Arguments& arguments) { return arguments.bytes(0); });
    function("json", [] { return mortise::Json("[1,2]"); });
    function("maybe", [](const mortise::Arguments& arguments) { return arguments.find_string(0); });
    function("version", version_of);

    resource("port", "8081", mortise::Access::provides_unique);
    service("com.example.kit", "1.0.0", kit_store);
    extension(MORTISE_EXT_HEALTH, health);
  }

  bool is_core() const override { return false; }
  std::uint8_t priority() const override { return 201; }
  std::vector<std::string> compatible_api_versions() const override { return {"^0.1.0", "^1"}; }
  std::vector<mortise::Dependency> dependencies() const override { return {{"nobody", {}, false}, {"somebody", "^1.0.0", false}}; }
  std::vector<mortise::StageRequirement> required_stages() const override { return {{"other:stage", false}}; }
  std::vector<std::string> conflicts_with() const override { return {"enemy", "foe"}; }
  std::vector<mortise::Incompatibility> incompatible_with() const override { return {{"rival", "<2"}, {"stranger"}}; }

  void register_stages(mortise::Registry& registry) override {
    log(registry.host());
    registry.stage("kit-cpp:late", [](mortise::Context& context) { context.set("late", true); }).name("Late").quick();
    registry.add(make_counting_stage("kit-cpp:later")).name("Later");
  }
  void init(mortise::Host& host) override {
    if (host.config().has("fail")) throw mortise::Error(MORTISE_DENIED, std::string(host.config().string("fail")));
    service("com.example.kit", std::string(host.api_version()), kit_store);
    other_ = host.find_service<Store>("com.example.store", "^1");
    if (other_ != nullptr) other_->add(1);
  }
  void preflight(const mortise::Context& context) override { context.check_cancelled(); }
  void shutdown() override { other_ = nullptr; }

  bool healthy() const noexcept { return count_ >= 0; }

 private:
  void give(mortise::Context& context) {
    const std::string text = "größer";
    const std::array<std::uint8_t, 3> bytes = {1, 2, 3};
    context.set("null", nullptr);
    context.set("yes", true);
    context.set(std::string("int"), -1);
    context.set(std::string_view("short"), static_cast<short>(2));
    context.set("unsigned", 3u);
    context.set("long", 4ull);
    context.set("float", 0.5f);
    context.set("double", 0.25);
    context.set("literal", "text");
    context.set("string", text);
    context.set("view", std::string_view(text).substr(0, 2));
    context.set("bytes", bytes);
    context.set("vector", std::vector<std::byte>{std::byte{7}});
    context.set("json", mortise::Json(R"({"a":[]})"));
    context.set("nothing", std::optional<int>());
    context.set("something", std::optional<std::string>(text));
    context.set("same", context.value("double"));
    context.set("removed", 1);
    context.set("was there", context.remove("removed"));
    context.set("is there", context.remove("removed"));
    std::string keys;
    context.walk([&](std::string_view key, const mortise::Value&) { keys += std::string(key) + ' '; });
    context.walk([&](std::string_view key, const mortise::Value& value) { return key != "yes" && value.is_null(); });
    context.set("keys", keys);
    if (context.has("large")) context.set("large", std::numeric_limits<std::uint64_t>::max());
  }

  static void take(const mortise::Context& context) {
    static_cast<void>(context.boolean("yes") && context.find_boolean("yes").value_or(true));
    static_cast<void>(context.int64("int") + context.find_int64("int").value_or(0));
    static_cast<void>(context.number("double") + context.find_number("double").value_or(0));
    static_cast<void>(context.string("string").size() + context.find_string("string").value_or("").size());
    static_cast<void>(context.bytes("bytes").size() + context.find_bytes("bytes").value_or(mortise::Bytes()).text().size());
    static_cast<void>(context.json("json").size() + context.find_json("json").value_or("").size());
    mortise::Value value = context.value("string");
    if (value.type() != mortise::Type::string) throw mortise::Error(std::string(mortise::type_name(value.type())));
    if (context.stage_id().empty()) throw mortise::Error(MORTISE_WRONG_STATE, std::string(mortise::code_text(MORTISE_WRONG_STATE)));
  }

  void call(mortise::Context& context, int number) {
    const mortise::Host application = host();
    context.set("answer", application.call("ask", {number, "why", true}, std::chrono::seconds(2)));
    application.call("ask", std::vector<mortise::Value>{1, 2});
    application.publish("kit.asked", number);
    application.publish("kit.asked");
  }

  static void log(const mortise::Host& host) {
    if (host.logs(mortise::Level::trace)) host.trace("traced");
    host.debug("debugged", {{"app", host.app()}, {"folder", host.config_dir()}});
    host.info("said", {{"number", 1}});
    host.warn("warned", {{"text", "b"}});
    host.error("failed");
    host.fatal("died");
    host.log(mortise::Level::info, "many", std::vector<mortise::Field>{{"a", 1}, {"b", nullptr}});
    static_cast<void>(host.extension<MortiseErrorExtension>("com.example.nothing/1"));
    static_cast<void>(host.raw().size);
  }

  static std::string version_of(const mortise::Arguments&) { return MORTISE_MANIFEST_VERSION; }
  std::int64_t count(const mortise::Arguments&) const noexcept { return count_; }
  void reset() { count_ = 0; }

  std::atomic<std::int64_t> count_{0};
  const Store* other_ = nullptr;
};

uint32_t check(const void* instance, MortiseText* message) {
  const char* text = "fine";
  mortise_text_set(message, text, 4);
  return mortise::plugin_of<Kit>(instance).healthy() ? MORTISE_HEALTHY : MORTISE_HEALTH_ERROR;
}

}  // namespace

MORTISE_EXPORT_PLUGIN(Kit, MORTISE_THREADS_SAFE)
