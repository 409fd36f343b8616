// The C++ half of throw-init and throw-entry.
#include <stdexcept>

extern "C" void fixture_throw(const char* message) {
  throw std::runtime_error(message);
}
