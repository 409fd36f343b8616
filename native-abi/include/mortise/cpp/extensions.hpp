// The tables of the extensions that the kit serves, and how they are found.
#ifndef MORTISE_CPP_EXTENSIONS_HPP
#define MORTISE_CPP_EXTENSIONS_HPP

#include <cstdint>
#include <string>
#include <string_view>

#include "slots.hpp"

namespace mortise {

// The plugin behind the `instance` that the functions of an extension get: plugin_of<Greeter>(instance).
template <class Class>
Class& plugin_of(const void* instance) noexcept {
  return static_cast<Class&>(*static_cast<Plugin*>(const_cast<void*>(instance)));
}

namespace detail {

// Functions that the host calls: nothing is thrown out of them.
struct Extensions {
  // The table for id, or NULL. Before there is an instance, and without one, only mortise.error/1 is there.
  static const void* find(const char* id) noexcept {
    const std::string_view wanted = id;
    if (wanted == MORTISE_EXT_ERROR) return &error_table;
    if (library.plugin == nullptr) return nullptr;
    for (const Plugin::Extension& offered : library.plugin->extensions_) {
      if (wanted == offered.id) return offered.table;
    }
    if (wanted == MORTISE_EXT_FUNCTIONS) return library.plugin->functions_.empty() ? nullptr : &functions_table;
    if (wanted == MORTISE_EXT_RESOURCES) return library.plugin->resources_.empty() ? nullptr : &resources_table;
    // Services may be offered as late as in init, and tables are asked for before.
    if (wanted == MORTISE_EXT_SERVICES) return &services_table;
    return nullptr;
  }

 private:
  static void last_message(const void*, MortiseText* message) noexcept { library.message.take(*message); }

  static std::uint32_t count_functions(const void* instance) noexcept { return count(Slots::of(instance).functions_); }
  static FfiResult describe_function(const void* instance, std::uint32_t index, MortiseFunction* function) noexcept {
    const auto& functions = Slots::of(instance).functions_;
    if (index >= functions.size()) return MORTISE_NOT_FOUND;
    functions[index]->describe(*function);
    return MORTISE_OK;
  }
  static FfiResult call_function(void* instance, std::uint32_t index, const MortiseCall* call, const MortiseValue* arguments, std::size_t argument_count,
                                 MortiseValue* result, MortiseError* error) noexcept {
    return guarded(error, [&] {
      const auto& functions = Slots::of(instance).functions_;
      if (index >= functions.size()) throw Error(MORTISE_NOT_FOUND, "the plugin has no function " + std::to_string(index));
      Function& function = *functions[index];
      if (call == nullptr || result == nullptr || (arguments == nullptr && argument_count > 0))
        throw Error(MORTISE_NULL_POINTER, "`" + function.name() + "` was called without its call, its arguments or room for a result");
      function.call(Arguments(function.name(), arguments, argument_count), Call(*call), *result);
    });
  }
  static void free_function_result(void*, MortiseValue* result) noexcept { free_result(*result); }

  static std::uint32_t count_resources(const void* instance) noexcept { return count(Slots::of(instance).resources_); }
  static FfiResult describe_resource(const void* instance, std::uint32_t index, MortiseResource* resource) noexcept {
    return describe(Slots::of(instance).resources_, index, *resource);
  }

  static std::uint32_t count_services(const void* instance) noexcept { return count(Slots::of(instance).services_); }
  static FfiResult describe_service(const void* instance, std::uint32_t index, MortiseService* service) noexcept {
    return describe(Slots::of(instance).services_, index, *service);
  }

  template <class Items>
  static std::uint32_t count(const Items& items) noexcept {
    return static_cast<std::uint32_t>(items.size());
  }
  template <class Items, class Description>
  static FfiResult describe(const Items& items, std::uint32_t index, Description& description) noexcept {
    if (index >= items.size()) return MORTISE_NOT_FOUND;
    items[index].describe(description);
    return MORTISE_OK;
  }

  MORTISE_CPP_OWN static constexpr MortiseErrorExtension error_table = {sizeof(MortiseErrorExtension), 0, last_message};
  MORTISE_CPP_OWN static constexpr MortiseFunctionsExtension functions_table = {sizeof(MortiseFunctionsExtension), 0,           count_functions,
                                                                                describe_function,                 call_function, free_function_result};
  MORTISE_CPP_OWN static constexpr MortiseResourcesExtension resources_table = {sizeof(MortiseResourcesExtension), 0, count_resources, describe_resource};
  MORTISE_CPP_OWN static constexpr MortiseServicesExtension services_table = {sizeof(MortiseServicesExtension), 0, count_services, describe_service};
};

}  // namespace detail
}  // namespace mortise

#endif
