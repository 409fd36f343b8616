#include "stage.hpp"

#include <string>
#include <string_view>
#include <vector>

#include "file.hpp"
#include "survey.hpp"

namespace text {

namespace {

constexpr std::size_t piece_bytes = 64 * 1024;
constexpr std::size_t content_limit = 16 * 1024 * 1024;
constexpr std::size_t ranking_length = 10;

std::string path_of(const mortise::Context& context) {
  if (!context.has("path")) throw mortise::Error(MORTISE_NOT_FOUND, "the context has no `path`: set it to the file to survey");
  std::string path(context.string("path"));
  if (path.empty()) throw mortise::Error(MORTISE_INVALID_DATA, "the context value `path` is empty");
  if (path.find('\0') != std::string::npos) throw mortise::Error(MORTISE_INVALID_DATA, "the context value `path` contains a NUL");
  return path;
}

// The file's bytes as long as there are at most content_limit of them.
class Content {
 public:
  void add(std::string_view piece) {
    if (whole_ && piece.size() <= content_limit - bytes_.size()) {
      bytes_.append(piece);
    } else {
      whole_ = false;
      std::string().swap(bytes_);
    }
  }
  bool whole() const { return whole_; }
  mortise::Bytes bytes() const { return {bytes_.data(), bytes_.size()}; }

 private:
  std::string bytes_;
  bool whole_ = true;
};

void set_content(mortise::Context& context, const Content& content, const std::string& path, std::uint64_t bytes) {
  if (content.whole()) return context.set("content", content.bytes());
  // What an earlier stage left there belongs to another file.
  context.remove("content");
  context.host().warn("file is over 16 MiB: content is left unset", {{"path", path}, {"bytes", bytes}});
}

}  // namespace

void survey(mortise::Context& context) {
  const std::string path = path_of(context);
  File file(path);
  Survey survey;
  Content content;
  std::vector<char> buffer(piece_bytes);

  for (;;) {
    if (context.cancelled()) throw mortise::Error(MORTISE_CANCELLED, "cancelled after " + std::to_string(survey.bytes()) + " bytes of " + path);
    const std::size_t length = file.read(buffer.data(), buffer.size());
    if (length == 0) break;
    survey.add({buffer.data(), length});
    content.add({buffer.data(), length});
  }
  survey.finish();

  context.set("text.lines", survey.lines());
  context.set("text.words", survey.words());
  context.set("text.bytes", survey.bytes());
  context.set("text.top_words", mortise::Json(to_json(survey.top(ranking_length))));
  set_content(context, content, path, survey.bytes());

  const mortise::Host host = context.host();
  if (survey.unranked() > 0) host.warn("some words were counted but not ranked", {{"path", path}, {"words", survey.unranked()}});
  host.info("text surveyed", {{"path", path}, {"lines", survey.lines()}, {"words", survey.words()}, {"bytes", survey.bytes()}});
}

// In a dry run no earlier stage has set anything yet: a missing path is no failure.
void describe(mortise::Context& context) {
  const std::string file = context.has("path") ? path_of(context) : "the file that an earlier stage names in `path`";
  context.describe("Read " + file + " and set text.lines, text.words, text.bytes, text.top_words and, up to 16 MiB, content.");
}

}  // namespace text
