// SHA-256 (FIPS 180-4) by OpenSSL, as lower-case hex.
#pragma once

#include <string>
#include <string_view>

namespace dpone {

std::string sha256_hex(std::string_view bytes);

}  // namespace dpone
