// Appends whole runs of values to a ColumnBuilder's parts: for codecs, which know a run's size before its values.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "dpone/data/batch_builder.h"

namespace dpone {

// Most rows of a run.
inline constexpr int kMostRunRows = 1024;

// Grows by doubling, for the next `bytes` bytes.
void make_room(Buffer& buffer, std::size_t bytes);
// The same for the values that one column has in a run. All columns together have `bound` bytes; `count` adds up those
// of this column and is asked only where the bound does not fit, because a column that reserves the bound takes as much
// memory as all columns need.
template <class Count>
void make_room_within(Buffer& values, std::int64_t bound, Count count) {
  if (values.data() != nullptr && values.capacity() - values.size() >= static_cast<std::size_t>(bound)) return;
  make_room(values, count());
}
// Appends `count` flags (0 or 1) as bits behind the first `at` bits.
void append_bits(Buffer& bits, std::int64_t at, const std::uint8_t* flags, int count);
// Closes a run of at most kMostRunRows whose values are appended: validity and length. `valid` may be null when no
// value of the run is.
void close_run(ColumnBuilder& builder, int count, const std::uint8_t* valid, int nulls);
// The column so far. The builder makes room for about as much again: the next batch will be about as big.
Column release_run(ColumnBuilder& builder);
// The same for all columns of a decoder, as a batch of `rows` rows. `columns` point to objects with a `builder`.
template <class Columns>
Batch release_batch(std::shared_ptr<const Schema> schema, std::int64_t rows, Columns& columns) {
  std::vector<Column> released;
  released.reserve(columns.size());
  for (auto& column : columns) released.push_back(release_run(column->builder));
  return Batch(std::move(schema), rows, std::move(released));
}
// Bytes of the values so far; of a list, of its elements.
std::int64_t value_bytes(ColumnBuilder& builder);

// Copies without a call: 32 bytes at a time, running over into the slack of `to` where `from` can be read that far.
inline void copy_run_over(std::uint8_t* to, const void* from, std::size_t bytes, const void* readable_end) {
  const auto* const source = static_cast<const std::uint8_t*>(from);
  if (bytes > 128 || static_cast<std::size_t>(static_cast<const std::uint8_t*>(readable_end) - source) < bytes + 32) {
    std::memcpy(to, source, bytes);
    return;
  }
  std::memcpy(to, source, 32);
  for (std::size_t i = 32; i < bytes; i += 32) std::memcpy(to + i, source + i, 32);
}

}  // namespace dpone
