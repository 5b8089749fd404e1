// SQL names of types: users write them to declare a column's type, and systems without a catalog print them. The
// canonical spelling is that of PostgreSQL's format_type. Pure.
#pragma once

#include <string>
#include <string_view>

#include "dpone/base/result.h"
#include "dpone/data/type.h"

namespace dpone {

// `bigint`, `numeric(12,2)`, `varchar(20)`, `timestamptz`, `timestamp(3) with time zone`, `text[]`; any case, blanks
// between words. Class kUsage, slugs: type.unknown with the nearest name, type.modifier.
Result<DataType> parse_type_name(std::string_view text);

// The canonical name: parse_type_name reads it back as the same type. An enum is `text`, which has no labels of its
// own; has_infinity is not part of a name.
std::string type_name(const DataType& type);

}  // namespace dpone
