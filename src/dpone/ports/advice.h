// What a user can do about a column of a source, in words that fit that source: not each of them takes a query.
#pragma once

#include <string>

#include "dpone/ports/facts.h"

namespace dpone {

inline std::string rename_advice(const SourceFacts& source) {
  return source.takes_query
             ? "give it another name in source.options.query, or leave it out with source.options.exclude"
             : "rename it in the source, or leave it out with source.options.exclude";
}

}  // namespace dpone
