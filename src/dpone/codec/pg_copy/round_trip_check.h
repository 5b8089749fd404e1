// One input of the decoder fuzzer: a schema, then a stream. The fuzzer (tests/fuzz/pg_copy_decoder_fuzz.cc) and the
// unit test that replays its corpus share it. Spec of the input: docs/formats/pg-copy.md, "Fuzzing".
#pragma once

#include <string>
#include <string_view>

namespace dpone::pg_copy {

// Input: one byte with the number of columns, per column a byte with the TypeKind (0x80 set: an array of it), one byte
// with the size of the pieces (0: whole), then the stream. Decodes it whole and in pieces, walks it, encodes the result
// as binary and text, and decodes that again. Returns an empty text if all results agree, otherwise the difference.
std::string check_round_trip(std::string_view input);

}  // namespace dpone::pg_copy
