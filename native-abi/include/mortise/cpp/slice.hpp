// Slices that own their strings: what getters of the base table give out.
#ifndef MORTISE_CPP_SLICE_HPP
#define MORTISE_CPP_SLICE_HPP

#include <cstddef>
#include <cstring>
#include <new>
#include <string>
#include <vector>

#include "../plugin.h"
#include "name.hpp"

namespace mortise {
namespace detail {

// One block of memory: the items, then the strings that they point to. The free slot of a slice gives back the block.
template <class Item, class From, class Strings, class Fill>
FfiSlice make_slice(const std::vector<From>& from, const Strings& strings_of, const Fill& fill) {
  if (from.empty()) return {nullptr, 0};
  std::size_t size = from.size() * sizeof(Item);
  for (const From& one : from) {
    for (const std::string* text : strings_of(one)) {
      Name::check(*text);
      size += text->size() + 1;
    }
  }
  void* block = ::operator new(size);
  char* end = static_cast<char*>(block) + from.size() * sizeof(Item);
  const auto copy = [&end](const std::string& text) {
    char* at = end;
    std::memcpy(at, text.c_str(), text.size() + 1);
    end += text.size() + 1;
    return static_cast<const char*>(at);
  };
  Item* items = static_cast<Item*>(block);
  for (std::size_t index = 0; index < from.size(); index++) new (items + index) Item(fill(from[index], copy));
  return {block, from.size()};
}

inline void free_slice(FfiSlice slice) noexcept { ::operator delete(const_cast<void*>(slice.ptr)); }

inline const char* make_string(const std::string& text) {
  Name::check(text);
  char* copy = new char[text.size() + 1];
  std::memcpy(copy, text.c_str(), text.size() + 1);
  return copy;
}

inline void free_string(char* text) noexcept { delete[] text; }

}  // namespace detail
}  // namespace mortise

#endif
