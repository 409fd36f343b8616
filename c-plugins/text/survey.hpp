// Counts lines, words and bytes of a text that arrives in pieces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace text {

struct RankedWord {
  std::string word;
  std::uint64_t count;
};

class Survey {
 public:
  static constexpr std::size_t longest_ranked_word = 256;     // bytes
  static constexpr std::size_t most_ranked_words = 1'000'000;  // distinct ones

  // Takes the next piece. Words and UTF-8 sequences may continue in the next one.
  void add(std::string_view piece);

  // Ends the last word and the last line. Call it once, after the last piece.
  void finish();

  std::uint64_t lines() const { return lines_; }
  std::uint64_t words() const { return words_; }
  std::uint64_t bytes() const { return bytes_; }

  // Occurrences of words that were counted but not ranked, because of the limits above.
  std::uint64_t unranked() const { return unranked_; }

  // At most `limit` words, most frequent first; equal counts in byte order.
  std::vector<RankedWord> top(std::size_t limit) const;

 private:
  void take(unsigned char byte);
  void begin(unsigned char byte);
  void letter(const char* bytes, std::size_t length);
  void end_word();

  std::uint64_t lines_ = 0;
  std::uint64_t words_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t unranked_ = 0;
  bool line_open_ = false;

  std::string word_;
  bool in_word_ = false;
  bool word_too_long_ = false;

  // The UTF-8 sequence in progress: what has come, how many bytes it needs, and what its second byte may be.
  char sequence_[4] = {};
  std::size_t sequence_length_ = 0;
  std::size_t sequence_needs_ = 0;
  unsigned char second_low_ = 0x80;
  unsigned char second_high_ = 0xBF;

  std::unordered_map<std::string, std::uint64_t> counts_;
};

// The words as a JSON array of {"word", "count"}.
std::string to_json(const std::vector<RankedWord>& words);

}  // namespace text
