// The column operations that an Encoder's columns are compiled to: one function per column, called once for a chunk of
// rows, which checks and converts the values; its result is written to the wire according to the kind of its Cells.
#pragma once

#include <cstdint>
#include <memory>

#include "dpone/base/result.h"
#include "dpone/data/buffer.h"
#include "dpone/data/column.h"

namespace dpone::pg_copy {

enum class WireKind : std::uint8_t {
  kOne,  // fixed: copied
  kTwo,  // fixed: bytes reversed, so 4 and 8
  kFour,
  kEight,
  kTimeTz,    // 8 and 4 bytes, each reversed
  kInterval,  // 8, 4 and 4 bytes, each reversed
  kSix,       // copied
  kSixteen,   // copied
  kEightRaw,  // copied
  kBytes,     // any length, copied
  kJsonb,     // any length, behind a version byte
};

// Values of a run of rows, ready for the wire except for byte order. Valid until the next `prepare`.
struct Cells {
  WireKind kind = WireKind::kBytes;
  std::uint32_t width = 0;                 // bytes on the wire, 0 if they vary
  const std::uint8_t* values = nullptr;    // fixed: value i at values + i * width
  const std::int64_t* offsets = nullptr;   // varying: value i from values + offsets[i] to offsets[i + 1]
  const std::uint8_t* validity = nullptr;  // null if nothing is null, otherwise bit first_bit + i
  std::int64_t first_bit = 0;

  bool is_null(std::int64_t i) const {
    const std::int64_t bit = first_bit + i;
    return validity != nullptr && ((validity[bit >> 3] >> (bit & 7)) & 1) == 0;
  }
  // Bytes of value i, which is not null.
  std::int64_t bytes_of(std::int64_t i) const {
    if (width != 0) return width;
    return offsets[i + 1] - offsets[i] + (kind == WireKind::kJsonb ? 1 : 0);
  }
};

struct EncodeOperation {
  // Fills `cells` from rows begin..begin+count-1. Returns -1, or the index in 0..count-1 of the first value that the
  // sink's type cannot hold.
  using Function = std::int64_t (*)(EncodeOperation& self, const Column& column, std::int64_t begin, std::int64_t count,
                                    Cells* cells);

  Function prepare = nullptr;
  WireKind kind = WireKind::kBytes;
  std::uint32_t width = 0;
  bool is_checked = false;
  DataType from;
  DataType to;
  std::uint32_t element_oid = 0;
  std::unique_ptr<EncodeOperation> element;
  Buffer scratch;  // values that have another form than in the column
  Buffer scratch_offsets;
};

// Fails with `pg_copy.cannot_convert`.
Result<std::unique_ptr<EncodeOperation>> compile_encode(const DataType& from, const DataType& to,
                                                        std::uint32_t element_oid);

// Writes value i (not null), without its length, to `to`; the byte behind it.
std::uint8_t* write_value(const Cells& cells, std::int64_t i, std::uint8_t* to);

}  // namespace dpone::pg_copy
