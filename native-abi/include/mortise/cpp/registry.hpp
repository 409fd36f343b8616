// Where stages are handed to the host.
#ifndef MORTISE_CPP_REGISTRY_HPP
#define MORTISE_CPP_REGISTRY_HPP

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "stage.hpp"

namespace mortise {

// [main-thread, inside Plugin::register_stages] Takes stages that are known only at run time; those of the constructor are there already.
class Registry {
 public:
  explicit Registry(std::vector<Stage*>& stages, const MortiseRegistry& registry) noexcept : stages_(&stages), registry_(&registry) {}
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // callable(Context&) does the work. What it holds is released when the stage is destroyed, before the plugin.
  template <class Callable>
  CallableStage& stage(std::string id, Callable callable) {
    auto made = std::make_unique<CallableStage>(std::move(id), detail::make_step(std::move(callable)));
    CallableStage& stage = *made;
    add(std::move(made));
    return stage;
  }

  // The host is told of it when Plugin::register_stages has returned.
  Stage& add(std::unique_ptr<Stage> stage) {
    if (stage == nullptr) throw Error(MORTISE_NULL_POINTER, "a stage was added as a NULL pointer");
    stages_->push_back(stage.get());
    return *stage.release();
  }

  Host host() const noexcept { return Host(*registry_->host); }

 private:
  std::vector<Stage*>* stages_;
  const MortiseRegistry* registry_;
};

}  // namespace mortise

#endif
