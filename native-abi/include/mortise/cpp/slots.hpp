// The base table of a plugin, and what its slots do.
#ifndef MORTISE_CPP_SLOTS_HPP
#define MORTISE_CPP_SLOTS_HPP

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "plugin.hpp"
#include "slice.hpp"

namespace mortise {
namespace detail {

// Every function here is one that the host calls: nothing is thrown out of it.
struct Slots {
  static Plugin& of(const void* instance) noexcept { return *static_cast<Plugin*>(const_cast<void*>(instance)); }

  // ---- metadata ----

  static const char* name(const void* instance) noexcept {
    return getter<const char*>(nullptr, [&] { return make_string(of(instance).name()); });
  }
  static const char* version(const void* instance) noexcept {
    return getter<const char*>(nullptr, [&] { return make_string(of(instance).version()); });
  }
  static bool is_core(const void* instance) noexcept {
    return getter(false, [&] { return of(instance).is_core(); });
  }
  static FfiPluginPriority priority(const void* instance) noexcept {
    return getter(priority_of(default_priority), [&] { return priority_of(of(instance).priority()); });
  }
  static FfiSlice compatible_api_versions(const void* instance) noexcept {
    return getter(FfiSlice{nullptr, 0}, [&] {
      return make_slice<FfiVersionRange>(of(instance).compatible_api_versions(), one, [](const std::string& range, const auto& copy) {
        return FfiVersionRange{copy(range)};
      });
    });
  }
  static FfiSlice dependencies(const void* instance) noexcept {
    return getter(FfiSlice{nullptr, 0}, [&] {
      return make_slice<FfiPluginDependency>(of(instance).dependencies(), plugin_and_range<Dependency>, [](const Dependency& from, const auto& copy) {
        return FfiPluginDependency{copy(from.plugin), from.range.empty() ? nullptr : copy(from.range), from.required};
      });
    });
  }
  static FfiSlice required_stages(const void* instance) noexcept {
    return getter(FfiSlice{nullptr, 0}, [&] {
      Plugin& plugin = of(instance);
      std::vector<StageRequirement> stages = plugin.required_stages();
      for (const Stage* stage : plugin.stages_) {
        const auto named = std::find_if(stages.begin(), stages.end(), [&](const StageRequirement& other) { return other.stage == stage->id(); });
        if (named != stages.end()) named->provided = true;
        else stages.push_back({stage->id(), false, true});
      }
      return make_slice<FfiStageRequirement>(
          stages, [](const StageRequirement& from) { return std::array<const std::string*, 1>{&from.stage}; },
          [](const StageRequirement& from, const auto& copy) { return FfiStageRequirement{copy(from.stage), from.required, from.provided}; });
    });
  }
  static FfiSlice conflicts_with(const void* instance) noexcept {
    return getter(FfiSlice{nullptr, 0}, [&] {
      return make_slice<const char*>(of(instance).conflicts_with(), one, [](const std::string& plugin, const auto& copy) { return copy(plugin); });
    });
  }
  static FfiSlice incompatible_with(const void* instance) noexcept {
    return getter(FfiSlice{nullptr, 0}, [&] {
      return make_slice<FfiPluginDependency>(of(instance).incompatible_with(), plugin_and_range<Incompatibility>,
                                             [](const Incompatibility& from, const auto& copy) {
                                               return FfiPluginDependency{copy(from.plugin), from.range.empty() ? nullptr : copy(from.range), false};
                                             });
    });
  }

  // ---- lifecycle ----

  static FfiResult register_stages(const void* instance, void* registry) noexcept {
    return slot([&] {
      if (registry == nullptr) throw Error(MORTISE_NULL_POINTER, "register_stages was called without a registry");
      const auto& to = *static_cast<const MortiseRegistry*>(registry);
      Plugin& plugin = of(instance);
      plugin.host_ = to.host;
      Registry more(plugin.stages_, to);
      plugin.register_stages(more);
      for (Stage* stage : plugin.stages_) hand_over(*stage, to);
    });
  }
  static FfiResult init(void* instance, void* app) noexcept {
    const FfiResult code = slot([&] {
      if (app == nullptr) throw Error(MORTISE_NULL_POINTER, "init was called without a host");
      Plugin& plugin = of(instance);
      plugin.host_ = static_cast<const MortiseHost*>(app);
      Host host(*plugin.host_);
      plugin.initialising_ = true;
      plugin.init(host);
    });
    of(instance).initialising_ = false;
    return code;
  }
  static FfiResult preflight_check(const void* instance, const void* context) noexcept {
    return slot([&] {
      if (context == nullptr) throw Error(MORTISE_NULL_POINTER, "preflight_check was called without a context");
      of(instance).preflight(Context(*static_cast<const MortiseContext*>(context)));
    });
  }
  static FfiResult shutdown(void* instance) noexcept {
    return slot([&] { of(instance).shutdown(); });
  }
  // Adds to the last message, which may hold what destructors of stages threw.
  static void destroy(void* instance) noexcept {
    Plugin* plugin = &of(instance);
    library.plugin = nullptr;
    plugin->discard_declared();
    static_cast<void>(contained([&] { delete plugin; }, [](std::string_view text) noexcept { library.message.append({}, text); }));
  }

  // ---- the entry point ----

  template <class Class>
  static PluginVTable* enter(const char* manifest_name, const char* manifest_version) noexcept {
    static_assert(std::is_base_of_v<Plugin, Class>, "a plugin derives publicly from mortise::Plugin");
    static_assert(std::is_default_constructible_v<Class>, "a plugin has a public constructor without parameters");
    library = Library{};
    library.manifest_name = manifest_name;
    library.manifest_version = manifest_version;
    const FfiResult code = contained(
        [] {
          library.plugin = new Class();
          library.plugin->constructed_ = true;
        },
        [](std::string_view text) noexcept { library.message.append({}, text); });
    if (code != MORTISE_OK) return nullptr;
    table = base_table(library.plugin);
    return &table;
  }

 private:
  static constexpr auto one = [](const std::string& text) { return std::array<const std::string*, 1>{&text}; };
  template <class Of>
  static constexpr auto plugin_and_range = [](const Of& from) { return std::array<const std::string*, 2>{&from.plugin, &from.range}; };

  MORTISE_CPP_OWN static inline PluginVTable table = {};

  static PluginVTable base_table(Plugin* plugin) noexcept {
    return {
        plugin,
        destroy,
        name,
        free_string,
        version,
        free_string,
        is_core,
        priority,
        compatible_api_versions,
        free_slice,
        dependencies,
        free_slice,
        required_stages,
        free_slice,
        conflicts_with,
        free_slice,
        incompatible_with,
        free_slice,
        init,
        preflight_check,
        register_stages,
        shutdown,
    };
  }

  // ---- stages ----

  static void hand_over(Stage& from, const MortiseRegistry& registry) {
    MortiseStage stage = {};
    stage.size = sizeof stage;
    stage.flags = from.flags();
    stage.id = from.id().c_str();
    stage.name = from.name().empty() ? nullptr : from.name().c_str();
    stage.description = from.description().empty() ? nullptr : from.description().c_str();
    stage.state = &from;
    stage.execute = execute;
    stage.dry_run = dry_run;
    stage.destroy = destroy_stage;
    char text[MORTISE_KIT_MESSAGE];
    MortiseError error = {sizeof(MortiseError), MORTISE_OK, {text, sizeof text, 0}};
    const FfiResult code = registry.register_stage(&registry, &stage, &error);
    expect(code, "take the stage", from.id(), {text, error.message.length});
  }
  static FfiResult execute(void* state, const MortiseContext* context, MortiseError* error) noexcept {
    return with_context(context, error, [&](Context& view) { static_cast<Stage*>(state)->execute(view); });
  }
  static FfiResult dry_run(void* state, const MortiseContext* context, MortiseError* error) noexcept {
    return with_context(context, error, [&](Context& view) { static_cast<Stage*>(state)->dry_run(view); });
  }
  template <class Work>
  static FfiResult with_context(const MortiseContext* context, MortiseError* error, const Work& work) noexcept {
    return guarded(error, [&] {
      if (context == nullptr) throw Error(MORTISE_NULL_POINTER, "the stage was called without a context");
      Context view(*context);
      work(view);
    });
  }
  static void destroy_stage(void* state) noexcept {
    auto* stage = static_cast<Stage*>(state);
    std::vector<Stage*>& stages = library.plugin->stages_;
    stages.erase(std::remove(stages.begin(), stages.end(), stage), stages.end());
    Plugin::discard(stage);
  }
};

}  // namespace detail
}  // namespace mortise

#endif
