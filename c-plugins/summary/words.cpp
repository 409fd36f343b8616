#include "words.hpp"

#include <utility>

#include "../json/reader.h"

namespace summary {

namespace {

bool read_word(const JsonValue& entry, RankedWord& ranked) {
  if (entry.kind != JSON_OBJECT) return false;
  bool has_word = false;
  bool has_count = false;
  JsonValue name;
  JsonValue value;
  JsonItems items = json_items(&entry);
  while (json_next(&items, &name, &value)) {
    if (json_is(&name, "word") && value.kind == JSON_STRING) {
      // What a string stands for is never longer than how it is written.
      ranked.word.resize(value.length);
      std::size_t length = 0;
      has_word = json_decode(&value, ranked.word.data(), ranked.word.size(), &length) == JSON_DECODED;
      ranked.word.resize(length);
    } else if (json_is(&name, "count") && value.kind == JSON_NUMBER) {
      ranked.count.assign(value.text, value.length);
      has_count = true;
    }
  }
  return has_word && has_count;
}

}  // namespace

bool read_ranking(std::string_view json, std::size_t limit, std::vector<RankedWord>& words) {
  JsonValue list;
  if (!json_read(json.data(), json.size(), &list) || list.kind != JSON_ARRAY) return false;
  JsonItems items = json_items(&list);
  JsonValue entry;
  while (words.size() < limit && json_next(&items, nullptr, &entry)) {
    RankedWord ranked;
    if (!read_word(entry, ranked)) return false;
    words.push_back(std::move(ranked));
  }
  return true;
}

}  // namespace summary
