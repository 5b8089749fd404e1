// One input of the decoder fuzzer: a schema, then a text. The fuzzer (tests/fuzz/json_rows_decoder_fuzz.cc) and the
// unit test that replays its corpus share it. Spec of the input: docs/formats/json-rows.md, "Fuzzing".
#pragma once

#include <string>
#include <string_view>

namespace dpone::json_rows {

// Reads the text whole and in pieces, writes the rows, and reads them again; infers from it too. Returns an empty text
// if all results agree, otherwise the difference.
std::string check_round_trip(std::string_view input);

}  // namespace dpone::json_rows
