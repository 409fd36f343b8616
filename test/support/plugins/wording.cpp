// wording.c with the C++ kit.
#define MORTISE_MANIFEST_NAME FIXTURE_STEM
#define MORTISE_MANIFEST_VERSION "1.0.0"
#include <cstdlib>
#include <mortise.hpp>
#include <string>

namespace {

struct Table {
  std::uint32_t size;
};

void set(mortise::Context& context) { context.set("k", mortise::Json("{")); }

void run(mortise::Context& context) {
  const std::string what(context.string("do"));
  if (what == "set") set(context);
  else if (what == "describe") context.describe("what would be done");
  else if (what == "bool") context.boolean("value");
  else if (what == "int64") context.int64("value");
  else if (what == "double") context.number("value");
  else if (what == "string") context.string("value");
  else if (what == "bytes") context.bytes("value");
  else if (what == "json") context.json("value");
  else if (what == "find") context.set("found", context.find_int64("value").has_value());
  else context.value("value");
}

class Wording final : public mortise::Plugin {
 public:
  Wording() { stage(FIXTURE_STEM ":do", run); }

  void register_stages(mortise::Registry& registry) override {
    if (std::getenv("WORDING_STAGE") != nullptr) registry.stage(FIXTURE_STEM ":do", run);
  }
  void init(mortise::Host& host) override {
    preflight_ = host.config().find_string("preflight").value_or("");
    const std::string what(host.config().find_string("do").value_or(""));
    if (what == "option") host.config().find_int64("value");
    if (what == "publish") host.publish("a..b");
    if (what == "call") host.call("nothing");
    if (what == "service") host.service<Table>("com.example.none", "^1.0.0");
    if (what != "long") return;
    std::string text = "x";
    while (text.size() < 6001) text += "\xc3\xb6";
    throw mortise::Error(text);
  }
  void preflight(const mortise::Context& context) override {
    mortise::Context view(context.raw());
    if (preflight_ == "set") set(view);
    if (preflight_ == "remove") view.remove("k");
  }

 private:
  std::string preflight_;
};

}  // namespace

MORTISE_EXPORT_PLUGIN(Wording, MORTISE_THREADS_SAFE)
