// What a plugin says of itself, and of others.
#ifndef MORTISE_CPP_METADATA_HPP
#define MORTISE_CPP_METADATA_HPP

#include <cstdint>
#include <string>

#include "../plugin.h"

namespace mortise {

// Another plugin that this one needs; ranges are npm's, an empty one accepts any version. Not required: it is only loaded and initialised first where it is there.
struct Dependency {
  std::string plugin;
  std::string range = {};
  bool required = true;
};

// A stage that this plugin uses, or provides. Stages that are declared in the constructor are provided without being named here.
struct StageRequirement {
  std::string stage;
  bool required = true;
  bool provided = false;
};

// Versions of a plugin that this one cannot run beside; an empty range is any version.
struct Incompatibility {
  std::string plugin;
  std::string range = {};
};

// A value belongs to one category by the bands of plugin.h: 0–10 kernel, 11–50 core critical, 51–100 core, 101–150 third party high, 151–200 third party, 201–255
// third party low. Lower loads first.
constexpr std::uint8_t default_priority = FFI_PRIORITY_DEFAULT;

namespace detail {

constexpr FfiPluginPriority priority_of(std::uint8_t value) noexcept {
#define MORTISE_CPP_BAND(name, category, low, high) \
  if (value <= (high)) return {category, value};
  MORTISE_PRIORITIES(MORTISE_CPP_BAND)
#undef MORTISE_CPP_BAND
  return {FFI_PRIORITY_LAST, value};
}

}  // namespace detail
}  // namespace mortise

#endif
