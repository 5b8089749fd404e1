// SHA-256 (FIPS 180-4) by OpenSSL, as lower-case hex.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace dpone {

std::string sha256_hex(std::string_view bytes);

// The same of bytes that come in parts. Move-only, used by one thread.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();
  void update(std::string_view bytes);
  // Of all bytes so far; ends it.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dpone
