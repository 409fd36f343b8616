// What stages and functions captured refers to members of the plugin: it must go before them, or never. With REFUSES the constructor throws; with SPITEFUL init throws what throws again as it goes.
#define MORTISE_MANIFEST_NAME "leases"
#define MORTISE_MANIFEST_VERSION "1.0.0"
#include "mortise.hpp"

namespace {

// For the life of the process.
int given_back;

class Pool {
 public:
  void give_back() { given_back++; }
};

// Moved into a lambda, and given back once.
class Lease {
 public:
  explicit Lease(Pool& pool) : pool_(&pool) {}
  Lease(Lease&& other) noexcept : pool_(other.pool_) { other.pool_ = nullptr; }
  ~Lease() {
    if (pool_ != nullptr) pool_->give_back();
  }

 private:
  Pool* pool_;
};

struct Spite {
  Spite() = default;
  Spite(const Spite&) = default;
  ~Spite() noexcept(false) { throw 42; }
};

std::string count() { return std::to_string(given_back) + " given back"; }

class Leases final : public mortise::Plugin {
 public:
  Leases() {
    stage("leases:stage", [lease = Lease(pool_)](mortise::Context&) {});
    function("function", [lease = Lease(pool_)] {});
#ifdef REFUSES
    throw mortise::Error(count());
#endif
  }
  // Here the members live still.
  ~Leases() noexcept(false) override { throw mortise::Error(count()); }

#ifdef SPITEFUL
  void init(mortise::Host&) override { throw Spite(); }
#endif

 private:
  Pool pool_;
};

}  // namespace

MORTISE_EXPORT_PLUGIN(Leases, MORTISE_THREADS_SAFE)
