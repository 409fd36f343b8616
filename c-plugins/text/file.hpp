// A regular file, read in pieces.
#pragma once

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string_view>

namespace text {

class File {
 public:
  // path is UTF-8. Throws std::runtime_error that says what is wrong with it.
  explicit File(std::string_view path);

  // Fills buffer as far as the file goes and returns the bytes read; 0 at the end. Throws std::runtime_error.
  std::size_t read(char* buffer, std::size_t capacity);

 private:
  struct Close {
    void operator()(std::FILE* stream) const { std::fclose(stream); }
  };
  std::filesystem::path path_;
  std::unique_ptr<std::FILE, Close> stream_;
};

}  // namespace text
