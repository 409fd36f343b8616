#include "file.hpp"

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

namespace text {

namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& reason) {
  throw std::runtime_error("cannot read " + path.u8string() + ": " + reason);
}

std::string reason_of(int error) { return std::generic_category().message(error); }

std::FILE* open(const std::filesystem::path& path) {
#ifdef _WIN32
  return _wfopen(path.c_str(), L"rb");
#else
  return std::fopen(path.c_str(), "rb");
#endif
}

}  // namespace

File::File(std::string_view path) : path_(std::filesystem::u8path(path)) {
  // Asked first, because opening a pipe would wait for its writer.
  std::error_code error;
  const auto status = std::filesystem::status(path_, error);
  if (error) fail(path_, error.message());
  if (!std::filesystem::is_regular_file(status)) fail(path_, "not a regular file");
  stream_.reset(open(path_));
  if (!stream_) fail(path_, reason_of(errno));
}

std::size_t File::read(char* buffer, std::size_t capacity) {
  const std::size_t length = std::fread(buffer, 1, capacity, stream_.get());
  if (length < capacity && std::ferror(stream_.get()) != 0) fail(path_, reason_of(errno));
  return length;
}

}  // namespace text
