// The same of the C++ kit, in init and in a getter, where FIXTURE_SAYS names it.
#define MORTISE_MANIFEST_NAME FIXTURE_STEM
#define MORTISE_MANIFEST_VERSION "1.0.0"
#include <cstdlib>
#include <mortise.hpp>
#include <stdexcept>
#include <string>

namespace {

class LongText final : public mortise::Plugin {
 public:
  void init(mortise::Host&) override { fail("init"); }
  std::uint8_t priority() const override { return fail("priority"), Plugin::priority(); }

 private:
  static void fail(const std::string& slot) {
    const char* failing = std::getenv("FIXTURE_SAYS");
    if (failing == nullptr || slot != failing) return;
    std::string text;
    while (text.size() < 9996) text += "\xc3\xb6\xf0\x9f\x92\xa5";
    throw std::runtime_error(text);
  }
};

}  // namespace

MORTISE_EXPORT_PLUGIN(LongText, MORTISE_THREADS_SAFE)
