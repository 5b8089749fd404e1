#include "dpone/connectors/postgres/temporary_names.h"

#include <charconv>

#include "dpone/base/sha256.h"

namespace dpone::postgres {
namespace {

constexpr std::string_view kPrefix = "__dpone_";

std::int64_t key_of(std::string_view hex) {
  std::uint64_t value = 0;
  std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
  return static_cast<std::int64_t>(value);
}

std::int64_t hashed_key(std::string_view kind, std::string_view object) {
  const std::string hash = sha256_hex(std::string(kind) + '\0' + std::string(object));
  return key_of(std::string_view(hash).substr(0, 16));
}

}  // namespace

std::string TemporaryNames::name(const std::string& kind) const {
  if (run_id_.empty()) return std::string(kPrefix) + "{" + kind + "}";
  return std::string(kPrefix) + sha256_hex(kind + '\0' + target_ + '\0' + run_id_).substr(0, 16);
}

std::int64_t stage_lock_key(std::string_view stage) { return key_of(stage.substr(kPrefix.size())); }
std::int64_t target_lock_key(std::string_view target) { return hashed_key("target", target); }
std::int64_t prepare_lock_key() { return hashed_key("prepare", ""); }
std::int64_t control_lock_key(std::string_view schema) { return hashed_key("control", schema); }

}  // namespace dpone::postgres
