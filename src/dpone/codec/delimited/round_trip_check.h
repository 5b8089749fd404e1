// One input of the decoder fuzzer: a format and a schema, then a text. The fuzzer
// (tests/fuzz/delimited_decoder_fuzz.cc) and the unit test that replays its corpus share it.
#pragma once

#include <string>
#include <string_view>

namespace dpone::delimited {

// Input: one byte each for delimiter, quote, null text, size of the pieces (0: whole) and number of columns, one per
// column for its type, then the text. Decodes it whole, in pieces, and without invalid rows; encodes the result, and
// decodes that again. Returns an empty text if all results agree, otherwise the difference.
std::string check_round_trip(std::string_view input);

}  // namespace dpone::delimited
