#include "survey.hpp"

#include <algorithm>

namespace text {

void Survey::add(std::string_view piece) {
  bytes_ += piece.size();
  for (const char character : piece) take(static_cast<unsigned char>(character));
}

void Survey::finish() {
  sequence_length_ = 0;
  end_word();
  if (line_open_) lines_++;
  line_open_ = false;
}

void Survey::take(unsigned char byte) {
  if (byte == '\n') {
    lines_++;
    line_open_ = false;
  } else {
    line_open_ = true;
  }
  if (sequence_length_ == 0) return begin(byte);

  const unsigned char low = sequence_length_ == 1 ? second_low_ : 0x80;
  const unsigned char high = sequence_length_ == 1 ? second_high_ : 0xBF;
  if (byte < low || byte > high) {
    sequence_length_ = 0;
    end_word();
    return begin(byte);
  }
  sequence_[sequence_length_++] = static_cast<char>(byte);
  if (sequence_length_ == sequence_needs_) {
    sequence_length_ = 0;
    letter(sequence_, sequence_needs_);
  }
}

// The second byte's range keeps out overlong forms, surrogates and what lies beyond U+10FFFF (Unicode, table 3-7).
void Survey::begin(unsigned char byte) {
  if (byte < 0x80) {
    const bool upper = byte >= 'A' && byte <= 'Z';
    const char folded = static_cast<char>(upper ? byte - 'A' + 'a' : byte);
    const bool word_character = (folded >= 'a' && folded <= 'z') || (folded >= '0' && folded <= '9');
    return word_character ? letter(&folded, 1) : end_word();
  }
  if (byte >= 0xC2 && byte <= 0xDF) {
    sequence_needs_ = 2;
  } else if (byte >= 0xE0 && byte <= 0xEF) {
    sequence_needs_ = 3;
  } else if (byte >= 0xF0 && byte <= 0xF4) {
    sequence_needs_ = 4;
  } else {
    return end_word();
  }
  second_low_ = byte == 0xE0 ? 0xA0 : byte == 0xF0 ? 0x90 : 0x80;
  second_high_ = byte == 0xED ? 0x9F : byte == 0xF4 ? 0x8F : 0xBF;
  sequence_[0] = static_cast<char>(byte);
  sequence_length_ = 1;
}

void Survey::letter(const char* bytes, std::size_t length) {
  in_word_ = true;
  if (word_.size() + length > longest_ranked_word) {
    word_too_long_ = true;
  } else if (!word_too_long_) {
    word_.append(bytes, length);
  }
}

void Survey::end_word() {
  if (!in_word_) return;
  words_++;
  const auto known = word_too_long_ ? counts_.end() : counts_.find(word_);
  if (known != counts_.end()) {
    known->second++;
  } else if (!word_too_long_ && counts_.size() < most_ranked_words) {
    counts_.emplace(word_, 1);
  } else {
    unranked_++;
  }
  word_.clear();
  in_word_ = false;
  word_too_long_ = false;
}

std::vector<RankedWord> Survey::top(std::size_t limit) const {
  using Entry = std::pair<const std::string, std::uint64_t>;
  std::vector<const Entry*> entries;
  entries.reserve(counts_.size());
  for (const Entry& entry : counts_) entries.push_back(&entry);

  const auto cut = entries.begin() + static_cast<std::ptrdiff_t>(std::min(limit, entries.size()));
  std::partial_sort(entries.begin(), cut, entries.end(), [](const Entry* left, const Entry* right) {
    return left->second != right->second ? left->second > right->second : left->first < right->first;
  });

  std::vector<RankedWord> ranked;
  for (auto entry = entries.begin(); entry != cut; ++entry) ranked.push_back({(*entry)->first, (*entry)->second});
  return ranked;
}

// Words are letters, digits and whole UTF-8 characters: nothing in them needs escaping.
std::string to_json(const std::vector<RankedWord>& words) {
  std::string json = "[";
  for (const RankedWord& ranked : words) {
    if (json.size() > 1) json += ',';
    json += "{\"word\":\"" + ranked.word + "\",\"count\":" + std::to_string(ranked.count) + '}';
  }
  return json += ']';
}

}  // namespace text
