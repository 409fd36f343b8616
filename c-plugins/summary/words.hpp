// Reads the ranking that text:survey sets.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace summary {

struct RankedWord {
  std::string word;
  std::string count; // as it is written
};

// The first `limit` entries of a JSON array of {"word", "count"}. False: the text is something else.
bool read_ranking(std::string_view json, std::size_t limit, std::vector<RankedWord>& words);

}  // namespace summary
