// Tables of functions for other plugins: the extension mortise.services/1. Looking one up: Host::service.
#ifndef MORTISE_CPP_SERVICE_HPP
#define MORTISE_CPP_SERVICE_HPP

#include <string>
#include <utility>

#include "../ext/services.h"
#include "name.hpp"

namespace mortise {

class Service {
 public:
  Service(std::string name, std::string version, const void* table) : name_(std::move(name)), version_(std::move(version)), table_(table) {
    Name::check(name_);
    Name::check(version_);
  }

  void describe(MortiseService& service) const noexcept {
    service.flags = 0;
    service.name = name_.c_str();
    service.version = version_.c_str();
    service.table = table_;
  }

 private:
  std::string name_;
  std::string version_;
  const void* table_;
};

}  // namespace mortise

#endif
