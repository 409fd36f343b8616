// The class that a plugin derives from.
#ifndef MORTISE_CPP_PLUGIN_HPP
#define MORTISE_CPP_PLUGIN_HPP

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <new>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "function.hpp"
#include "library.hpp"
#include "metadata.hpp"
#include "registry.hpp"
#include "resource.hpp"
#include "service.hpp"

namespace mortise {

namespace detail {
// The tables that the host sees: they read what was declared.
struct Slots;
struct Extensions;
}

// One opened plugin. Derive from it, declare stages, functions and the rest in the constructor, override what differs, and export the class with MORTISE_EXPORT_PLUGIN. A constructor
// that throws says that the plugin cannot run, and why; what its stages and functions captured is then never destroyed, because it may refer to members that are gone. Every virtual function may throw: the host gets code and text. Only where the destructor of an exception throws, and the destructor of that exception too, does the process end.
//
// [main-thread] Everything here is called on the main thread and never at once, except what stages and functions do.
class Plugin {
 public:
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;

  // The last of all; stages and functions, with what they captured, are gone by then. Threads of the plugin have ended when it returns. What a destructor throws, the
  // host learns of too.
  virtual ~Plugin() noexcept(false) { abandon(); }

  // What the plugin says of itself; asked once for each opening, before anything else. Name and version are the manifest's unless overridden, and must be equal to it.
  virtual std::string name() const { return detail::library.manifest_name; }
  virtual std::string version() const { return detail::library.manifest_version; }

  // Whether the plugin asks to be treated as part of the application. Counts only where the host trusts its directory.
  virtual bool is_core() const { return false; }
  // Lower loads first; the value says the category too (metadata.hpp).
  virtual std::uint8_t priority() const { return default_priority; }
  // npm ranges of the application's plugin API version; one match suffices. Empty: every host.
  virtual std::vector<std::string> compatible_api_versions() const { return {}; }
  // Plugins that are loaded and initialised before this one.
  virtual std::vector<Dependency> dependencies() const { return {}; }
  // Stages of others that this plugin needs. Its own are added.
  virtual std::vector<StageRequirement> required_stages() const { return {}; }
  // Names of plugins that this one cannot run beside, and versions of plugins.
  virtual std::vector<std::string> conflicts_with() const { return {}; }
  virtual std::vector<Incompatibility> incompatible_with() const { return {}; }

  // Hands over stages that are known only now. Before init.
  virtual void register_stages(Registry& registry) { static_cast<void>(registry); }
  // Begins. The host may be kept, or had from host() later.
  virtual void init(Host& host) { static_cast<void>(host); }
  // Can it run here? The context can be read only. Throws if not.
  virtual void preflight(const Context& context) { static_cast<void>(context); }
  // Ends; called if and only if init succeeded. Threads that the plugin started are to end here or in the destructor.
  virtual void shutdown() {}

 protected:
  Plugin() = default;

  // ---- for the constructor ----

  // Declares a stage: callable(Context&) does the work. Or a member function: stage("a:b", &Greeter::greet).
  template <class Callable>
  CallableStage& stage(std::string id, Callable callable) {
    if constexpr (std::is_member_function_pointer_v<Callable>) {
      auto made = std::make_unique<CallableStage>(std::move(id), detail::make_step(bound(callable)));
      return keep(std::move(made));
    } else {
      auto made = std::make_unique<CallableStage>(std::move(id), detail::make_step(std::move(callable)));
      return keep(std::move(made));
    }
  }

  // Declares a stage of a class of its own.
  template <class Derived>
  Derived& add(std::unique_ptr<Derived> stage) {
    static_assert(std::is_base_of_v<Stage, Derived>, "add takes a std::unique_ptr of a class that derives from mortise::Stage");
    return keep(std::move(stage));
  }

  // Declares a function: callable(Arguments), callable(Arguments, const Call&) or callable(), or a member function; it returns nothing, or what a Value can be
  // made from, which is copied. Views that it returns must outlive the call: those of its arguments do, those of its own variables do not. name: [A-Za-z_][A-Za-z0-9_.-]{0,63}.
  template <class Callable>
  Function& function(std::string name, Callable callable) {
    if constexpr (std::is_member_function_pointer_v<Callable>) {
      return function(std::move(name), bound(callable));
    } else {
      constructing("functions");
      auto made = std::make_unique<detail::CallableFunction<Callable>>(std::move(name), std::move(callable));
      functions_.push_back(made.get());
      return *made.release();
    }
  }

  // Declares what the plugin uses outside itself, so that conflicts are found early: resource("port", "8080", Access::provides_unique).
  void resource(std::string type, std::string identifier, Access access) {
    constructing("resources");
    resources_.push_back(Resource(std::move(type), std::move(identifier), access));
  }

  // Offers a further extension by its id ("mortise.health/1", "com.example.thing/1"). The table is static, begins with its size in bytes, and its functions get the
  // instance, of which plugin_of makes the plugin again; they let no exception out: see guarded. A table that the kit makes itself counts after one of that id here,
  // but for mortise.error/1, which is always the kit's.
  template <class Table>
  void extension(std::string id, const Table& table) {
    static_assert(std::is_standard_layout_v<Table>, "a table is a C struct");
    static_assert(std::is_same_v<decltype(Table::size), std::uint32_t>, "a table begins with `uint32_t size`");
    constructing("extensions");
    extensions_.push_back({std::move(id), &table});
  }

  // ---- for the constructor, or init ----

  // Offers a table of functions to other plugins, under a name and a semantic version, from the end of init until shutdown. The table is static: others may still call it while
  // this plugin shuts down. Throws Error MORTISE_WRONG_STATE later.
  template <class Table>
  void service(std::string name, std::string version, const Table& table) {
    static_assert(std::is_standard_layout_v<Table>, "a table is a C struct");
    static_assert(std::is_same_v<decltype(Table::size), std::uint32_t>, "a table begins with `uint32_t size`");
    if (constructed_ && !initialising_) throw Error(MORTISE_WRONG_STATE, "services are offered in the constructor of a plugin, or in init");
    services_.push_back(Service(std::move(name), std::move(version), &table));
  }

  // ---- from register_stages on, on any thread ----

  // Throws Error MORTISE_WRONG_STATE before.
  Host host() const {
    if (host_ == nullptr) throw Error(MORTISE_WRONG_STATE, "the host was asked for before it was there: it is from register_stages on");
    return Host(*host_);
  }

 private:
  friend struct detail::Slots;
  friend struct detail::Extensions;

  struct Extension {
    std::string id;
    const void* table;
  };

  // A member function of the class that is being constructed, with its object.
  template <class Derived, class Result, class... Parameters>
  auto bound(Result (Derived::*member)(Parameters...)) {
    static_assert(std::is_base_of_v<Plugin, Derived>, "a member function is one of the plugin");
    return [self = static_cast<Derived*>(this), member](Parameters... parameters) -> Result { return (self->*member)(std::forward<Parameters>(parameters)...); };
  }
  template <class Derived, class Result, class... Parameters>
  auto bound(Result (Derived::*member)(Parameters...) const) {
    static_assert(std::is_base_of_v<Plugin, Derived>, "a member function is one of the plugin");
    return [self = static_cast<const Derived*>(this), member](Parameters... parameters) -> Result { return (self->*member)(std::forward<Parameters>(parameters)...); };
  }

  template <class Derived>
  Derived& keep(std::unique_ptr<Derived> stage) {
    constructing("stages");
    if (stage == nullptr) throw Error(MORTISE_NULL_POINTER, "a stage was added as a NULL pointer");
    stages_.push_back(stage.get());
    return *stage.release();
  }

  // Deletes the stages that the host did not take, or not give back, and the functions, while the members that they may refer to are there.
  void discard_declared() noexcept {
    for (Stage* stage : stages_) discard(stage);
    stages_.clear();
    for (Function* function : functions_) delete function;
    functions_.clear();
  }
  static void discard(Stage* stage) noexcept {
    char prefix[MORTISE_MAX_STAGE_ID + 16];
    std::snprintf(prefix, sizeof prefix, "stage %.*s: ", MORTISE_MAX_STAGE_ID, stage->id().c_str());
    static_cast<void>(detail::contained([&] { delete stage; }, [&](std::string_view text) noexcept { detail::library.message.append(prefix, text); }));
  }

  // The constructor of the derived class threw: its members are gone, and what was declared may refer to them. A refused plugin is rare.
  void abandon() noexcept {
    if (stages_.empty() && functions_.empty()) return;
    auto* kept = new (std::nothrow) detail::Abandoned{{}, {}, detail::abandoned};
    if (kept == nullptr) return;
    kept->stages.swap(stages_);
    kept->functions.swap(functions_);
    detail::abandoned = kept;
  }

  void constructing(const char* what) const {
    if (constructed_) throw Error(MORTISE_WRONG_STATE, std::string(what) + " are declared in the constructor of a plugin; stages that are known later, in register_stages");
  }

  const MortiseHost* host_ = nullptr;
  bool constructed_ = false;
  bool initialising_ = false;
  // Each is deleted by itself, so that what its destructor throws can be told: by the host through its slot, or with the plugin.
  std::vector<Stage*> stages_;
  std::vector<Function*> functions_;
  std::vector<Resource> resources_;
  std::vector<Service> services_;
  std::vector<Extension> extensions_;
};

}  // namespace mortise

#endif
