// What the host sees of the library.
#include <mortise.hpp>

#include "mortise_manifest.h"
#include "stage.hpp"

namespace text {

class Plugin final : public mortise::Plugin {
 public:
  Plugin() {
    stage("text:survey", survey)
        .name("Survey a text")
        .description("Reads the file named by `path`, counts lines, words and bytes, ranks the words, and keeps the file's bytes in `content`.")
        .dry_run(describe);
  }

  std::uint8_t priority() const override { return 160; }
};

}  // namespace text

MORTISE_EXPORT_PLUGIN(text::Plugin, MORTISE_THREADS_ONE)
