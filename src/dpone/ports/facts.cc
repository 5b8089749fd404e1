#include "dpone/ports/facts.h"

#include <algorithm>

namespace dpone {

bool has_key_of(const std::vector<KeyFacts>& keys, const std::vector<std::string>& columns) {
  return std::any_of(keys.begin(), keys.end(), [&](const KeyFacts& key) {
    return std::is_permutation(key.columns.begin(), key.columns.end(), columns.begin(), columns.end());
  });
}

std::vector<KeyFacts> with_declared_key(std::vector<KeyFacts> keys, const std::vector<std::string>& declared,
                                        bool is_alone) {
  std::erase_if(keys, [](const KeyFacts& key) { return !key.is_constraint; });
  if (is_alone) {
    std::erase_if(
        keys, [&](const KeyFacts& key) { return declared.empty() ? !key.is_primary : !has_key_of({key}, declared); });
  }
  if (declared.empty() || has_key_of(keys, declared)) return keys;
  const bool has_primary = std::any_of(keys.begin(), keys.end(), [](const KeyFacts& key) { return key.is_primary; });
  keys.push_back({"", declared, !has_primary});
  return keys;
}

}  // namespace dpone
