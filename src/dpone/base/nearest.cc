#include "dpone/base/nearest.h"

#include <algorithm>
#include <cctype>
#include <vector>

namespace dpone {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t swap = a[i - 1] == b[j - 1] ? 0 : 1;
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + swap});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

template <class Names>
std::string nearest(std::string_view name, const Names& known) {
  if (name.size() > 128) return {};
  const std::string wanted = lower(name);
  std::string best;
  std::size_t best_distance = SIZE_MAX;
  for (const auto& candidate : known) {
    if (candidate.size() > 128) continue;
    const std::size_t limit = std::max<std::size_t>(1, std::max(candidate.size(), name.size()) / 3);
    const std::size_t steps = distance(wanted, lower(candidate));
    if (steps <= limit && steps < best_distance) {
      best_distance = steps;
      best = candidate;
    }
  }
  return best;
}

}  // namespace

std::string nearest_name(std::string_view name, std::span<const std::string_view> known) {
  return nearest(name, known);
}
std::string nearest_name(std::string_view name, std::span<const std::string> known) { return nearest(name, known); }

}  // namespace dpone
