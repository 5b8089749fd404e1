// The text of a value, exactly as PostgreSQL prints it with DateStyle=ISO, IntervalStyle=postgres,
// extra_float_digits=1, bytea_output=hex, TimeZone=UTC. Pure functions. Spec: docs/formats/batch.md.
#pragma once

#include <cstdint>
#include <string>

#include "dpone/data/column.h"

namespace dpone {

// Appends the text of the value in `row`; nothing for a null, which the caller looks for. REQUIRES 0 <= row < length.
// kMoney has no currency and no grouping: a decimal with two fraction digits, which money's input accepts when
// lc_monetary has two.
void append_value_text(const Column& column, std::int64_t row, std::string& out);

// The same as a cast to text prints it, which names a truth value in words and always tells the mask of a network
// address. REQUIRES a type that conversion.h takes to text.
void append_cast_text(const Column& column, std::int64_t row, std::string& out);

// Shortest text that reads back as the same value, as PostgreSQL 12 and later print it: `1e+30`, `0.1`, `-0`, `NaN`.
void append_float_text(double value, std::string& out);
void append_float_text(float value, std::string& out);

}  // namespace dpone
