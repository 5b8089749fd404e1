// WireFormat: a byte format that a source can hand over and a sink can take without decoding (semantics §4). The
// engine compares names and asks the sink; it knows no format itself.
#pragma once

#include <string>
#include <vector>

namespace dpone {

struct WireFormat {
  std::string name;         // `postgres.copy_binary`
  std::string fingerprint;  // column order and types, as far as the format depends on them
  bool is_text = false;     // every value travels in its text form
  friend bool operator==(const WireFormat&, const WireFormat&) = default;
};

// A sink's answer to an offered format.
struct RawVerdict {
  WireFormat format;
  bool is_accepted = false;
  std::vector<std::string> reasons;  // one a column that rules it out
};

}  // namespace dpone
