// Text -> value: the inverse of value_text.h. Whatever that prints is read back as the same value; beyond it only
// spellings that cannot be misread are taken (`yes` for a boolean, `T` and `Z` in timestamps, `1e5` and `+5` for a
// number). Strict: blanks around a value, a digit too many or a value out of range are refused, never rounded. Pure.
// Spec: docs/formats/batch.md.
#pragma once

#include <string_view>

#include "dpone/data/batch_builder.h"

namespace dpone {

// Parses `text` as a value of the type of `out` and appends it. Returns nullptr, or the error as a text to follow "the
// value": `does not fit decimal(12,2)`; then it appends nothing. The caller checks UTF-8.
const char* append_parsed_value(std::string_view text, ColumnBuilder& out);

// The error for the length of a text of type `type`, or nullptr. Types without a length accept any; char(n) accepts
// fewer than n characters, since it pads them by definition.
const char* wrong_length(std::string_view text, const DataType& type);
// The spellings that PostgreSQL reads, in any case: true, yes, on, 1, false, no, off, 0, and the beginnings of the
// words.
bool parse_bool(std::string_view text, bool* out);
// t, f, true, false in any case: the spellings that mean a boolean even where nothing declares one.
bool is_plain_bool(std::string_view text);
// `text` without a `+` in front of a number. For types that are declared: elsewhere a `+` may be part of a code.
std::string_view without_plus(std::string_view text);
// Decimal digits with an optional `-`; no `+`, no blanks. False if the text is not a number or is outside T.
template <class T>
bool parse_integer(std::string_view text, T* out);
// `1.5`, `1e-3`, `NaN`, `Infinity`, `-Infinity`; the nearest double or float. Hexadecimal is refused.
bool parse_float(std::string_view text, double* out);
bool parse_float(std::string_view text, float* out);
// Whether `text` may go to parse_decimal or canonical_numeric, which know more spellings: it begins as a number does
// that is printed, or is `NaN`, `Infinity` or `-Infinity`.
bool is_decimal_spelling(std::string_view text);

}  // namespace dpone
