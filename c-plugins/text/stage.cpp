#include "stage.hpp"

#include <exception>
#include <new>
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

struct Failure {
  FfiResult code;
  std::string message;
};

std::string path_of(const MortiseContext& context) {
  MortiseValue value = mortise_null();
  const FfiResult found = context.get(&context, "path", &value);
  if (found == MORTISE_NOT_FOUND) throw Failure{MORTISE_NOT_FOUND, "the context has no `path`: set it to the file to survey"};
  if (found != MORTISE_OK) throw Failure{found, "the host would not give the context value `path`"};
  if (value.tag != MORTISE_STRING) throw Failure{MORTISE_WRONG_TYPE, "the context value `path` must be a string"};
  if (value.length == 0) throw Failure{MORTISE_INVALID_DATA, "the context value `path` is empty"};
  std::string path(static_cast<const char*>(value.as.data), static_cast<std::size_t>(value.length));
  if (path.find('\0') != std::string::npos) throw Failure{MORTISE_INVALID_DATA, "the context value `path` contains a NUL"};
  return path;
}

void set(const MortiseContext& context, const char* key, const MortiseValue& value) {
  const FfiResult code = context.set(&context, key, &value);
  if (code != MORTISE_OK) throw Failure{code, "the host refused the value of " + std::string(key) + " (code " + std::to_string(code) + ")"};
}

MortiseField field(const char* key, const MortiseValue& value) { return {key, nullptr, value}; }

// A line that the host drops (level, full queue) is no reason to fail.
void log(const MortiseContext& context, std::uint32_t level, const char* message, const std::vector<MortiseField>& fields) {
  if (level < *context.host->log_level) return;
  context.host->log(context.host, level, message, SIZE_MAX, fields.data(), fields.size());
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
  MortiseValue value() const { return mortise_bytes(bytes_.data(), bytes_.size()); }

 private:
  std::string bytes_;
  bool whole_ = true;
};

void set_content(const MortiseContext& context, const Content& content, const MortiseValue& path, std::uint64_t bytes) {
  if (content.whole()) return set(context, "content", content.value());
  // What an earlier stage left there belongs to another file.
  const FfiResult removed = context.remove(&context, "content");
  if (removed != MORTISE_OK && removed != MORTISE_NOT_FOUND) throw Failure{removed, "the host would not remove the old value of `content`"};
  log(context, MORTISE_LOG_WARN, "file is over 16 MiB: content is left unset",
      {field("path", path), field("bytes", mortise_int64(static_cast<std::int64_t>(bytes)))});
}

void survey(const MortiseContext& context) {
  const std::string path = path_of(context);
  const MortiseValue path_value = mortise_string(path.data(), path.size());
  File file(path);
  Survey survey;
  Content content;
  std::vector<char> buffer(piece_bytes);

  for (;;) {
    if (mortise_cancelled(&context)) throw Failure{MORTISE_CANCELLED, "cancelled after " + std::to_string(survey.bytes()) + " bytes of " + path};
    const std::size_t length = file.read(buffer.data(), buffer.size());
    if (length == 0) break;
    survey.add({buffer.data(), length});
    content.add({buffer.data(), length});
  }
  survey.finish();

  const MortiseValue lines = mortise_int64(static_cast<std::int64_t>(survey.lines()));
  const MortiseValue words = mortise_int64(static_cast<std::int64_t>(survey.words()));
  const MortiseValue bytes = mortise_int64(static_cast<std::int64_t>(survey.bytes()));
  const std::string top_words = to_json(survey.top(ranking_length));

  set(context, "text.lines", lines);
  set(context, "text.words", words);
  set(context, "text.bytes", bytes);
  set(context, "text.top_words", mortise_json(top_words.data(), top_words.size()));
  set_content(context, content, path_value, survey.bytes());

  if (survey.unranked() > 0) {
    log(context, MORTISE_LOG_WARN, "some words were counted but not ranked",
        {field("path", path_value), field("words", mortise_int64(static_cast<std::int64_t>(survey.unranked())))});
  }
  log(context, MORTISE_LOG_INFO, "text surveyed", {field("path", path_value), field("lines", lines), field("words", words), field("bytes", bytes)});
}

// In a dry run no earlier stage has set anything yet: a missing path is no failure.
void describe(const MortiseContext& context) {
  std::string file = "the file that an earlier stage names in `path`";
  MortiseValue value = mortise_null();
  if (context.get(&context, "path", &value) != MORTISE_NOT_FOUND) file = path_of(context);
  const std::string text = "Read " + file + " and set text.lines, text.words, text.bytes, text.top_words and, up to 16 MiB, content.";
  const FfiResult code = context.describe(&context, text.data(), text.size());
  if (code != MORTISE_OK) throw Failure{code, "the host refused the description"};
}

// The boundary: turns whatever was thrown into a code and a text.
FfiResult guarded(void (*work)(const MortiseContext&), const MortiseContext* context, MortiseError* error) noexcept {
  if (context == nullptr) return mortise_fail(error, MORTISE_NULL_POINTER, "no context was given");
  try {
    work(*context);
    return MORTISE_OK;
  } catch (const Failure& failure) {
    return mortise_fail(error, failure.code, failure.message.c_str());
  } catch (const std::bad_alloc&) {
    return mortise_fail(error, MORTISE_OUT_OF_MEMORY, "out of memory");
  } catch (const std::exception& exception) {
    return mortise_fail(error, MORTISE_ERR, exception.what());
  } catch (...) {
    return mortise_fail(error, MORTISE_ERR, "an unknown exception was thrown");
  }
}

}  // namespace

FfiResult survey_execute(void*, const MortiseContext* context, MortiseError* error) noexcept { return guarded(survey, context, error); }

FfiResult survey_dry_run(void*, const MortiseContext* context, MortiseError* error) noexcept { return guarded(describe, context, error); }

}  // namespace text
