#include "stage.hpp"

#include <string>
#include <vector>

#include "words.hpp"

namespace summary {

namespace {

constexpr std::size_t named_words = 3;

mortise::Value value_of(const mortise::Context& context, const char* key, mortise::Type type, const char* wanted) {
  const std::optional<mortise::Value> value = context.find(key);
  const std::string name = "`" + std::string(key) + "`";
  if (!value) throw mortise::Error(MORTISE_NOT_FOUND, "the context has no " + name + ": run text:survey before");
  if (value->type() != type) throw mortise::Error(MORTISE_WRONG_TYPE, "the context value " + name + " must be " + wanted + ", as text:survey sets it");
  return *value;
}

std::string counted(const mortise::Context& context, const char* key, const char* unit) {
  const std::int64_t count = value_of(context, key, mortise::Type::int64, "an int64").int64();
  return std::to_string(count) + ' ' + unit + (count == 1 ? "" : "s");
}

std::string most_frequent(const mortise::Context& context) {
  std::vector<RankedWord> words;
  if (!read_ranking(value_of(context, "text.top_words", mortise::Type::json, "a list").json(), named_words, words)) {
    throw mortise::Error(MORTISE_INVALID_DATA, "the context value `text.top_words` must be a list of {word, count}, as text:survey sets it");
  }
  std::string text;
  for (const RankedWord& ranked : words) text += (text.empty() ? "; most frequent: " : ", ") + ranked.word + " (" + ranked.count + ')';
  return text;
}

}  // namespace

void write(mortise::Context& context, const MortiseLogService* log) {
  std::string text = counted(context, "text.lines", "line");
  text += ", " + counted(context, "text.words", "word");
  text += most_frequent(context);
  context.set("summary.text", text);
  // A line that is dropped is no reason to fail.
  if (log != nullptr) static_cast<void>(log->write(MORTISE_LOG_INFO, "summary", text.c_str()));
}

void describe(mortise::Context& context) { context.describe("Summarise text.lines, text.words and text.top_words as summary.text."); }

}  // namespace summary
