// What a plugin uses outside itself: the extension mortise.resources/1.
#ifndef MORTISE_CPP_RESOURCE_HPP
#define MORTISE_CPP_RESOURCE_HPP

#include <string>
#include <utility>

#include "../ext/resources.h"
#include "name.hpp"

namespace mortise {

enum class Access : std::uint32_t {
  shared_read = MORTISE_SHARED_READ,
  shared_write = MORTISE_SHARED_WRITE,
  exclusive_write = MORTISE_EXCLUSIVE_WRITE,  // conflicts with every other access
  provides_unique = MORTISE_PROVIDES_UNIQUE   // makes the identifier itself; conflicts with another that makes it
};

// type: "file", "port", "device", … an open list; identifier: compared byte by byte within a type.
class Resource {
 public:
  Resource(std::string type, std::string identifier, Access access) : type_(std::move(type)), identifier_(std::move(identifier)), access_(access) {
    Name::check(type_);
    Name::check(identifier_);
  }

  void describe(MortiseResource& resource) const noexcept {
    resource.access = static_cast<std::uint32_t>(access_);
    resource.type = type_.c_str();
    resource.identifier = identifier_.c_str();
  }

 private:
  std::string type_;
  std::string identifier_;
  Access access_;
};

}  // namespace mortise

#endif
