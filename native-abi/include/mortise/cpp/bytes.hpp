// A view of bytes: what std::span<const std::uint8_t> is from C++20 on.
#ifndef MORTISE_CPP_BYTES_HPP
#define MORTISE_CPP_BYTES_HPP

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace mortise {

// Borrows: what it points to must outlive it.
class Bytes {
 public:
  constexpr Bytes() noexcept = default;
  Bytes(const void* data, std::size_t size) noexcept : data_(static_cast<const std::uint8_t*>(data)), size_(size) {}

  // A std::vector, std::array, std::span … of std::uint8_t or std::byte. Texts are given as text, or through (data, size).
  template <class Container, class Item = std::remove_cv_t<std::remove_pointer_t<decltype(std::declval<const Container&>().data())>>,
            class = std::enable_if_t<(std::is_same_v<Item, std::uint8_t> || std::is_same_v<Item, std::byte>) && !std::is_same_v<Container, Bytes>>>
  Bytes(const Container& container) noexcept : Bytes(container.data(), container.size()) {}

  const std::uint8_t* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  const std::uint8_t* begin() const noexcept { return data_; }
  const std::uint8_t* end() const noexcept { return data_ + size_; }
  std::uint8_t operator[](std::size_t index) const noexcept { return data_[index]; }

  // The same bytes as characters, whatever they mean.
  std::string_view text() const noexcept { return size_ == 0 ? std::string_view() : std::string_view(reinterpret_cast<const char*>(data_), size_); }

 private:
  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace mortise

#endif
