// Which conversions the codecs make between the type of a value in a Batch and the type of the column it goes to. Pure.
// The planner asks here; the codecs carry out exactly these. Spec: docs/formats/batch.md, "Conversions".
#pragma once

#include "dpone/data/type.h"

namespace dpone {

// A type that exists in every system and holds all values of `type`: smallint for an 8-bit integer, numeric(20,0) for
// an unsigned bigint, and `type` itself if every system has it.
DataType portable_type(const DataType& type);

// True if values of `from` can be written as `to`. `*is_checked` (if not null) is then set when some values of `from`
// do not fit, so that each must be checked before it is sent.
bool can_convert(const DataType& from, const DataType& to, bool* is_checked = nullptr);

}  // namespace dpone
