// Appends whole runs of values to a ColumnBuilder's parts: for codecs, which know a run's size before its values.
#pragma once

#include <cstdint>

#include "dpone/data/batch_builder.h"

namespace dpone {

// Most rows of a run.
inline constexpr int kMostRunRows = 1024;

// Grows by doubling, for the next `bytes` bytes.
void make_room(Buffer& buffer, std::size_t bytes);
// Appends `count` flags (0 or 1) as bits behind the first `at` bits.
void append_bits(Buffer& bits, std::int64_t at, const std::uint8_t* flags, int count);
// Closes a run of at most kMostRunRows whose values are appended: validity and length. `valid` may be null when no
// value of the run is.
void close_run(ColumnBuilder& builder, int count, const std::uint8_t* valid, int nulls);

}  // namespace dpone
