#include "dpone/ports/extraction.h"

namespace dpone {

std::string_view name_of(const Extraction& extraction) {
  static constexpr std::string_view kNames[] = {"all", "beyond", "window", "transactions", "changes"};
  static_assert(std::size(kNames) == std::variant_size_v<Extraction>);
  return kNames[extraction.index()];
}

}  // namespace dpone
