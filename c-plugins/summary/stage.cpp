#include "stage.hpp"

#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "words.hpp"

namespace summary {

namespace {

constexpr std::size_t named_words = 3;

struct Failure {
  FfiResult code;
  std::string message;
};

MortiseValue value_of(const MortiseContext& context, const char* key, std::uint32_t tag, const char* type) {
  MortiseValue value = mortise_null();
  const FfiResult found = context.get(&context, key, &value);
  const std::string name = "the context value `" + std::string(key) + "`";
  if (found == MORTISE_NOT_FOUND) throw Failure{found, "the context has no `" + std::string(key) + "`: run text:survey before"};
  if (found != MORTISE_OK) throw Failure{found, "the host would not give " + name + " (code " + std::to_string(found) + ")"};
  if (value.tag != tag) throw Failure{MORTISE_WRONG_TYPE, name + " must be " + type + ", as text:survey sets it"};
  return value;
}

std::string counted(const MortiseContext& context, const char* key, const char* unit) {
  const std::int64_t count = value_of(context, key, MORTISE_INT64, "an int64").as.int64;
  return std::to_string(count) + ' ' + unit + (count == 1 ? "" : "s");
}

std::string most_frequent(const MortiseContext& context) {
  const MortiseValue value = value_of(context, "text.top_words", MORTISE_JSON, "a list");
  std::vector<RankedWord> words;
  if (!read_ranking({static_cast<const char*>(value.as.data), static_cast<std::size_t>(value.length)}, named_words, words)) {
    throw Failure{MORTISE_INVALID_DATA, "the context value `text.top_words` must be a list of {word, count}, as text:survey sets it"};
  }
  std::string text;
  for (const RankedWord& ranked : words) text += (text.empty() ? "; most frequent: " : ", ") + ranked.word + " (" + ranked.count + ')';
  return text;
}

void write(const Services& services, const MortiseContext& context) {
  std::string text = counted(context, "text.lines", "line");
  text += ", " + counted(context, "text.words", "word");
  text += most_frequent(context);
  const MortiseValue value = mortise_string(text.data(), text.size());
  const FfiResult code = context.set(&context, "summary.text", &value);
  if (code != MORTISE_OK) throw Failure{code, "the host refused the value of summary.text (code " + std::to_string(code) + ")"};
  // A line that is dropped is no reason to fail.
  if (services.log != nullptr) static_cast<void>(services.log->write(MORTISE_LOG_INFO, "summary", text.c_str()));
}

void describe(const Services&, const MortiseContext& context) {
  constexpr std::string_view text = "Summarise text.lines, text.words and text.top_words as summary.text.";
  const FfiResult code = context.describe(&context, text.data(), text.size());
  if (code != MORTISE_OK) throw Failure{code, "the host refused the description"};
}

// The boundary: turns whatever was thrown into a code and a text.
FfiResult guarded(void (*work)(const Services&, const MortiseContext&), const void* state, const MortiseContext* context,
                  MortiseError* error) noexcept {
  if (context == nullptr) return mortise_fail(error, MORTISE_NULL_POINTER, "no context was given");
  try {
    work(*static_cast<const Services*>(state), *context);
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

FfiResult write_execute(void* state, const MortiseContext* context, MortiseError* error) noexcept {
  return guarded(write, state, context, error);
}

FfiResult write_dry_run(void* state, const MortiseContext* context, MortiseError* error) noexcept {
  return guarded(describe, state, context, error);
}

}  // namespace summary
