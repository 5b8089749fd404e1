#include "dpone/codec/pg_copy/encoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <utility>

#include "dpone/base/bytes.h"
#include "dpone/codec/pg_copy/encode_columns.h"
#include "dpone/codec/pg_copy/wire_format.h"
#include "dpone/data/value_text.h"

namespace dpone::pg_copy {
namespace {

// Rows that are written together, column by column: their bytes stay in L1 and L2.
constexpr std::int64_t kChunk = 256;
using Cursors = std::array<std::uint8_t*, kChunk>;

// Copies without a call. kOverrun bytes (0, 16 or 32) behind the end may be overwritten: later columns of the row come
// there. Reading too far stays within the padding of a Buffer.
template <int kOverrun>
inline void copy_bytes(std::uint8_t* to, const std::uint8_t* from, std::size_t bytes) {
  if (bytes > 256) {
    std::memcpy(to, from, bytes);
  } else if constexpr (kOverrun != 0) {
    for (std::size_t i = 0; i < bytes; i += kOverrun) std::memcpy(to + i, from + i, kOverrun);
  } else if (bytes >= 16) {
    for (std::size_t i = 0; i + 16 < bytes; i += 16) std::memcpy(to + i, from + i, 16);
    std::memcpy(to + bytes - 16, from + bytes - 16, 16);
  } else if (bytes >= 8) {
    std::memcpy(to, from, 8);
    std::memcpy(to + bytes - 8, from + bytes - 8, 8);
  } else if (bytes >= 4) {
    std::memcpy(to, from, 4);
    std::memcpy(to + bytes - 4, from + bytes - 4, 4);
  } else if (bytes != 0) {
    to[0] = from[0];
    to[bytes / 2] = from[bytes / 2];
    to[bytes - 1] = from[bytes - 1];
  }
}

std::uint8_t* write_null(std::uint8_t* to) {
  std::memcpy(to, &kNullLength, sizeof kNullLength);
  return to + sizeof kNullLength;
}

template <class T, bool kHasNulls>
void write_fixed(const Cells& cells, std::int64_t count, Cursors& cursors) {
  constexpr std::uint32_t kLength = sizeof(T);
  for (std::int64_t i = 0; i < count; ++i) {
    std::uint8_t* const to = cursors[static_cast<std::size_t>(i)];
    if (kHasNulls && cells.is_null(i)) {
      cursors[static_cast<std::size_t>(i)] = write_null(to);
      continue;
    }
    T value;
    std::memcpy(&value, cells.values + i * static_cast<std::int64_t>(sizeof value), sizeof value);
    store_big(to, kLength);
    store_big(to + 4, value);
    cursors[static_cast<std::size_t>(i)] = to + 4 + sizeof value;
  }
}

template <bool kIsJsonb, int kOverrun>
void write_bytes(const Cells& cells, std::int64_t count, Cursors& cursors) {
  const bool has_nulls = cells.validity != nullptr;
  for (std::int64_t i = 0; i < count; ++i) {
    std::uint8_t* to = cursors[static_cast<std::size_t>(i)];
    if (has_nulls && cells.is_null(i)) {
      cursors[static_cast<std::size_t>(i)] = write_null(to);
      continue;
    }
    const auto bytes = static_cast<std::size_t>(cells.offsets[i + 1] - cells.offsets[i]);
    store_big(to, static_cast<std::uint32_t>(bytes + (kIsJsonb ? 1 : 0)));
    to += 4;
    if constexpr (kIsJsonb) *to++ = kJsonbVersion;
    copy_bytes<kOverrun>(to, cells.values + cells.offsets[i], bytes);
    cursors[static_cast<std::size_t>(i)] = to + bytes;
  }
}

void write_others(const Cells& cells, std::int64_t count, Cursors& cursors) {
  for (std::int64_t i = 0; i < count; ++i) {
    std::uint8_t*& cursor = cursors[static_cast<std::size_t>(i)];
    if (cells.is_null(i)) {
      cursor = write_null(cursor);
      continue;
    }
    store_big(cursor, cells.width);
    cursor = write_value(cells, i, cursor + 4);
  }
}

template <class T>
void write_fixed_cells(const Cells& cells, std::int64_t count, Cursors& cursors) {
  if (cells.validity != nullptr) {
    write_fixed<T, true>(cells, count, cursors);
  } else {
    write_fixed<T, false>(cells, count, cursors);
  }
}

template <bool kIsJsonb>
void write_byte_cells(const Cells& cells, std::int64_t count, std::size_t room, Cursors& cursors) {
  if (room >= 32) {
    write_bytes<kIsJsonb, 32>(cells, count, cursors);
  } else if (room >= 16) {
    write_bytes<kIsJsonb, 16>(cells, count, cursors);
  } else {
    write_bytes<kIsJsonb, 0>(cells, count, cursors);
  }
}

// `room` bytes of each row are still to be written by later columns.
void write_cells(const Cells& cells, std::int64_t count, std::size_t room, Cursors& cursors) {
  switch (cells.kind) {
    case WireKind::kOne:
      write_fixed_cells<std::uint8_t>(cells, count, cursors);
      return;
    case WireKind::kTwo:
      write_fixed_cells<std::uint16_t>(cells, count, cursors);
      return;
    case WireKind::kFour:
      write_fixed_cells<std::uint32_t>(cells, count, cursors);
      return;
    case WireKind::kEight:
      write_fixed_cells<std::uint64_t>(cells, count, cursors);
      return;
    case WireKind::kBytes:
      write_byte_cells<false>(cells, count, room, cursors);
      return;
    case WireKind::kJsonb:
      write_byte_cells<true>(cells, count, room, cursors);
      return;
    default:
      write_others(cells, count, cursors);
      return;
  }
}

}  // namespace

class Encoder::Impl {
 public:
  Impl(std::vector<EncodeColumn> columns, std::vector<std::unique_ptr<EncodeOperation>> operations)
      : columns_(std::move(columns)), operations_(std::move(operations)), cells_(operations_.size()) {}

  Status encode(const Batch& batch, std::int64_t first_row, std::int64_t row_count, std::string& out) {
    if (static_cast<std::size_t>(batch.num_columns()) != columns_.size()) {
      return Error(ErrorClass::kFailed, "internal", "The columns of a batch differ from those of its encoder");
    }
    const std::int64_t end = std::min(batch.num_rows(), first_row + row_count);
    for (std::int64_t begin = first_row; begin < end; begin += kChunk) {
      DPONE_CHECK(encode_chunk(batch, begin, std::min(kChunk, end - begin), out));
    }
    return {};
  }

  std::int64_t row_count() const { return row_count_; }

 private:
  Status encode_chunk(const Batch& batch, std::int64_t begin, std::int64_t count, std::string& out) {
    std::array<std::size_t, kChunk> sizes;
    std::size_t same = sizeof(std::uint16_t);  // bytes that are the same in every row
    sizes.fill(0);
    for (std::size_t i = 0; i < operations_.size(); ++i) {
      EncodeOperation& operation = *operations_[i];
      const Column& column = batch.columns()[i];
      const std::int64_t bad = operation.prepare(operation, column, begin, count, &cells_[i]);
      if (bad >= 0) return does_not_fit(columns_[i], column, begin + bad, row_count_ + bad + 1);
      same += sizeof(std::uint32_t);
      if (cells_[i].width != 0 && cells_[i].validity == nullptr) {
        same += cells_[i].width;
        continue;
      }
      const std::int64_t too_big = add_sizes(cells_[i], count, sizes.data());
      if (too_big >= 0) {
        return Error(ErrorClass::kFailed, "pg_copy.value_too_big",
                     "A value is bigger than the limit for a field of COPY")
            .with("column", columns_[i].name)
            .with("row", std::to_string(row_count_ + too_big + 1));
      }
    }
    std::size_t total = 0;
    for (std::int64_t i = 0; i < count; ++i) total += sizes[static_cast<std::size_t>(i)] += same;
    const std::size_t at = out.size();
    if (at + total > out.capacity()) out.reserve(std::max(at + total, out.capacity() * 2));
    out.resize(at + total);
    Cursors cursors;
    auto* cursor = reinterpret_cast<std::uint8_t*>(out.data()) + at;
    const auto fields = static_cast<std::uint16_t>(columns_.size());
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      store_big(cursor, fields);
      cursors[i] = cursor + sizeof fields;
      cursor += sizes[i];
    }
    std::size_t room = 0;
    for (const Cells& cells : cells_) room += least_bytes(cells);
    for (const Cells& cells : cells_) {
      room -= least_bytes(cells);
      write_cells(cells, count, room, cursors);
    }
    row_count_ += count;
    return {};
  }

  // Bytes that a field of the column has at least, its length included.
  static std::size_t least_bytes(const Cells& cells) {
    return sizeof(std::uint32_t) + (cells.validity == nullptr ? cells.width : 0);
  }

  // Adds the bytes of each value; the index of a value that is too big, or -1.
  static std::int64_t add_sizes(const Cells& cells, std::int64_t count, std::size_t* sizes) {
    if (cells.width != 0) {
      for (std::int64_t i = 0; i < count; ++i) sizes[i] += cells.is_null(i) ? 0 : cells.width;
      return -1;
    }
    std::int64_t biggest = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t bytes = cells.is_null(i) ? 0 : cells.bytes_of(i);
      biggest = std::max(biggest, bytes);
      sizes[i] += static_cast<std::size_t>(bytes);
    }
    if (biggest <= std::numeric_limits<std::int32_t>::max()) return -1;
    std::int64_t i = 0;
    while (cells.is_null(i) || cells.bytes_of(i) != biggest) ++i;
    return i;
  }

  const std::vector<EncodeColumn> columns_;
  std::vector<std::unique_ptr<EncodeOperation>> operations_;
  std::vector<Cells> cells_;
  std::int64_t row_count_ = 0;
};

Error does_not_fit(const EncodeColumn& target, const Column& column, std::int64_t row, std::int64_t row_number) {
  constexpr std::size_t kShown = 64;
  std::string text;
  append_value_text(column, row, text);
  if (text.size() > kShown) text = text.substr(0, kShown) + "...";
  return Error(ErrorClass::kFailed, "value.does_not_fit",
               fmt::format("'{}' does not fit {} exactly", text, target.to.to_string()))
      .with("column", target.name)
      .with("row", std::to_string(row_number))
      .hint("widen the target's column, or cast the value in a query if rounding is acceptable");
}

Encoder::Encoder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Encoder::Encoder(Encoder&&) noexcept = default;
Encoder& Encoder::operator=(Encoder&&) noexcept = default;
Encoder::~Encoder() = default;

Result<Encoder> Encoder::create(std::vector<EncodeColumn> columns) {
  std::vector<std::unique_ptr<EncodeOperation>> operations;
  for (const EncodeColumn& column : columns) {
    Result<std::unique_ptr<EncodeOperation>> operation = compile_encode(column.from, column.to, column.element_oid);
    if (!operation) return Error(operation.error()).with("column", column.name);
    operations.push_back(std::move(*operation));
  }
  return Encoder(std::make_unique<Impl>(std::move(columns), std::move(operations)));
}

void Encoder::append_header(std::string& out) const {
  out += kSignature;
  out.append(kHeaderBytes - kSignature.size(), '\0');
}

void Encoder::append_trailer(std::string& out) const { out.append(2, '\xFF'); }
Status Encoder::encode(const Batch& batch, std::string& out) { return impl_->encode(batch, 0, batch.num_rows(), out); }
Status Encoder::encode_rows(const Batch& batch, std::int64_t first_row, std::int64_t row_count, std::string& out) {
  return impl_->encode(batch, first_row, row_count, out);
}
std::int64_t Encoder::row_count() const { return impl_->row_count(); }

}  // namespace dpone::pg_copy
