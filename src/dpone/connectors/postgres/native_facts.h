// What PostgreSQL's facts have beside those of the ports: the JSON of catalog.cc and what was found besides.
#pragma once

#include <any>

#include "dpone/base/json.h"
#include "dpone/ports/facts.h"

namespace dpone::postgres {

// Null where the facts are of another system.
template <class Column>
const Json& native_of(const RelationFacts<Column>& facts) {
  static const Json kNone;
  const Json* const native = std::any_cast<Json>(&facts.native);
  return native == nullptr ? kNone : *native;
}

template <class Column>
Json& native_of(RelationFacts<Column>& facts) {
  if (!facts.native.has_value()) facts.native = Json();
  return std::any_cast<Json&>(facts.native);
}

}  // namespace dpone::postgres
