// What a text would lose if it were read as a number although its column has no declared type. Pure. Rules:
// docs/connectors/file.md.
#pragma once

#include <string_view>

namespace dpone {

// Why `number`, which reads as a number, may be a code and more than its value, or nullptr: `007`, `+1`, `-0`, `.5`,
// `5.`, `10E23456`, `1.5e400`. REQUIRES: not empty.
const char* code_sign(std::string_view number);

// Whether the nearest double prints the same number again.
bool is_exact_double(std::string_view number);

}  // namespace dpone
