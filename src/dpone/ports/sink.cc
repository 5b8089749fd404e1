#include "dpone/ports/sink.h"

namespace dpone {

Result<std::optional<std::string>> Sink::greatest(const std::string&, std::vector<Statement>&) {
  return internal_error("this sink does not keep rows that could be queried");
}

Result<std::int64_t> Sink::count_at(const std::string&, const std::string&, std::vector<Statement>&) {
  return internal_error("this sink does not keep rows that could be queried");
}

}  // namespace dpone
