#include "dpone/sql/temporary_names.h"

#include <charconv>

#include "dpone/base/sha256.h"

namespace dpone::sql {
namespace {

constexpr std::string_view kPrefix = "__dpone_";

std::int64_t from_hex(std::string_view hex) {
  std::uint64_t value = 0;
  std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
  return static_cast<std::int64_t>(value);
}

}  // namespace

std::string TemporaryNames::name(const std::string& kind) const {
  if (run_id_.empty()) return std::string(kPrefix) + "{" + kind + "}";
  return std::string(kPrefix) + sha256_hex(kind + '\0' + target_ + '\0' + run_id_).substr(0, 16);
}

std::int64_t number_of(std::string_view temporary_name) { return from_hex(temporary_name.substr(kPrefix.size())); }

std::int64_t number_of(std::string_view kind, std::string_view object) {
  const std::string hash = sha256_hex(std::string(kind) + '\0' + std::string(object));
  return from_hex(std::string_view(hash).substr(0, 16));
}

}  // namespace dpone::sql
