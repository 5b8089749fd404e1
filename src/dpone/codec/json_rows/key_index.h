// KeyIndex: which column a key names, and which key to expect behind another: rows mostly have theirs in one order.
// One thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dpone::json_rows {

class KeyIndex {
 public:
  static constexpr std::size_t kNone = ~std::size_t{0};

  // REQUIRES: keys that differ.
  explicit KeyIndex(std::vector<std::string> keys) : keys_(std::move(keys)), followers_(keys_.size()) {
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      order_.push_back(i);
      followers_[i] = i + 1 < keys_.size() ? i + 1 : kNone;
    }
    std::sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) { return keys_[a] < keys_[b]; });
    first_ = keys_.empty() ? kNone : 0;
  }

  std::string_view key(std::size_t column) const { return keys_[column]; }
  // The column that is expected first, and behind another.
  std::size_t first() const { return first_; }
  std::size_t follower(std::size_t column) const { return followers_[column]; }

  // The column of `key`, which follows the key of `previous`: it is expected there from now on. kNone if the key is
  // unknown.
  std::size_t find(std::string_view key, std::size_t previous) {
    const auto at =
        std::lower_bound(order_.begin(), order_.end(), key,
                         [&](std::size_t column, std::string_view wanted) { return keys_[column] < wanted; });
    if (at == order_.end() || keys_[*at] != key) return kNone;
    (previous == kNone ? first_ : followers_[previous]) = *at;
    return *at;
  }

 private:
  std::vector<std::string> keys_;
  std::vector<std::size_t> order_;  // columns by key
  std::vector<std::size_t> followers_;
  std::size_t first_ = kNone;
};

}  // namespace dpone::json_rows
