// What the host sees of the library.
#include <mortise.hpp>

#include "mortise_manifest.h"
#include "stage.hpp"

namespace summary {

class Plugin final : public mortise::Plugin {
 public:
  Plugin() {
    stage("summary:write", [this](mortise::Context& context) { write(context, log_); })
        .name("Summarise a text")
        .description("Says in one line, `summary.text`, what text:survey found.")
        .dry_run(describe);
  }

  std::uint8_t priority() const override { return 180; }

  // Without `text` there is nothing to sum up; `logging` is used where it is.
  std::vector<mortise::Dependency> dependencies() const override { return {{"text", "^1.0.0"}, {"logging", "^1.0.0", false}}; }
  std::vector<mortise::StageRequirement> required_stages() const override { return {{"text:survey"}}; }

  // Services are looked up on the main thread only: here, not in the stage.
  void init(mortise::Host& host) override {
    log_ = host.find_service<MortiseLogService>(MORTISE_LOG_SERVICE, "^1");
    if (log_ != nullptr && !MORTISE_HAS(log_, MortiseLogService, write))
      throw mortise::Error("the service " MORTISE_LOG_SERVICE " is offered without its function write");
  }

  // The table of the service is another plugin's, and valid until here.
  void shutdown() override { log_ = nullptr; }

 private:
  const MortiseLogService* log_ = nullptr;
};

}  // namespace summary

MORTISE_EXPORT_PLUGIN(summary::Plugin, MORTISE_THREADS_SAFE)
