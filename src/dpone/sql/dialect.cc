#include "dpone/sql/dialect.h"

namespace dpone::sql {

std::string quote_names(const Dialect& dialect, const std::vector<std::string>& names, std::string_view prefix) {
  std::string out;
  for (const std::string& name : names) {
    out += (out.empty() ? "" : ", ") + std::string(prefix) + dialect.quote_name(name);
  }
  return out;
}

}  // namespace dpone::sql
