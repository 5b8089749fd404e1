// Text -> value: the inverse of value_text.h. Whatever that prints is read back as the same value; beyond it only
// spellings that cannot be misread are taken (`yes` for a boolean, `T` and `Z` in timestamps, `1e5` and `+5` for a
// number). Strict: blanks around a value, a digit too many or a value out of range are refused, never rounded. Pure.
// Spec: docs/formats/batch.md.
#pragma once

#include <string_view>

#include "dpone/data/batch_builder.h"

namespace dpone {

// Appends the value that `text` says to `out`, of whose type it is. Returns nullptr, or what is wrong with it, to stand
// after "the value": `is no int32`, `does not fit decimal(12,2)`; nothing was appended then. UTF-8 is the caller's to
// check.
const char* append_parsed_value(std::string_view text, ColumnBuilder& out);

// What is wrong with the length of a text of type `type`, or nullptr. Types without a length take any, and char(n)
// takes fewer than n characters: it fills them up by definition.
const char* wrong_length(std::string_view text, const DataType& type);
// The spellings that PostgreSQL reads, in any case: true, yes, on, 1, false, no, off, 0, and the beginnings of the
// words.
bool parse_bool(std::string_view text, bool* out);
// t, f, true, false in any case: the spellings that mean a boolean even where nothing declares one.
bool is_plain_bool(std::string_view text);
// `text` without a `+` in front of a number. For types that are declared: elsewhere a `+` may be part of a code.
std::string_view without_plus(std::string_view text);
// Decimal digits with an optional `-`; no `+`, no blanks. False when it is no number or outside T.
template <class T>
bool parse_integer(std::string_view text, T* out);
// `1.5`, `1e-3`, `NaN`, `Infinity`, `-Infinity`; the nearest double or float. Hexadecimal is refused.
bool parse_float(std::string_view text, double* out);
bool parse_float(std::string_view text, float* out);
// Whether `text` may go to parse_decimal or canonical_numeric, which know more spellings: it begins as a number does
// that is printed, or is `NaN`, `Infinity` or `-Infinity`.
bool is_decimal_spelling(std::string_view text);

}  // namespace dpone
