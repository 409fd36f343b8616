// Further parts of kit.cpp, in a source file of their own: a stage of a class, and the table of a service.
#include <atomic>

#include "mortise.hpp"
#include "store.h"

namespace {

std::atomic<std::int64_t> stored{0};

std::int64_t get() { return stored; }
void add(std::int64_t by) { stored += by; }

class Count final : public mortise::Stage {
 public:
  explicit Count(std::string id) : Stage(std::move(id)) { name("Count"); }
  void execute(mortise::Context& context) override { context.set("count", ++count_); }

 private:
  std::atomic<std::int64_t> count_{0};
};

}  // namespace

extern const Store kit_store;
const Store kit_store = {sizeof(Store), 0, get, add};

std::unique_ptr<mortise::Stage> make_counting_stage(std::string id);
std::unique_ptr<mortise::Stage> make_counting_stage(std::string id) { return std::make_unique<Count>(std::move(id)); }

// What a slot that is written by hand does with exceptions.
FfiResult kit_guarded(MortiseError* error);
FfiResult kit_guarded(MortiseError* error) {
  return mortise::guarded(error, [] { throw mortise::Error(MORTISE_BUSY, "busy"); });
}
