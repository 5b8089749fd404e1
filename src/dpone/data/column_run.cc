#include "dpone/data/column_run.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace dpone {
namespace {

// One huge row does not make all batches after it as big.
constexpr std::size_t kMostKeptBytes = std::size_t{4} << 20;

// Batches end at about the same size: an eighth more saves most of them from being grown to the double.
std::size_t next_capacity(std::size_t bytes) { return std::min(bytes + bytes / 8, kMostKeptBytes); }

}  // namespace

void make_room(Buffer& buffer, std::size_t bytes) {
  const std::size_t need = buffer.size() + bytes;
  if (need > buffer.capacity() || buffer.data() == nullptr) {
    buffer.reserve(std::max(need, buffer.capacity() * 2));
  }
}

void append_bits(Buffer& bits, std::int64_t at, const std::uint8_t* flags, int count) {
  const auto bytes = static_cast<std::size_t>(at + count + 7) / 8;
  const std::size_t old = bits.size();
  make_room(bits, bytes - std::min(bytes, old));
  bits.resize(bytes);
  if (bytes > old) std::memset(bits.data() + old, 0, bytes - old);
  std::uint8_t* const out = bits.data();
  int i = 0;
  for (; i < count && ((at + i) & 7) != 0; ++i) {
    out[(at + i) >> 3] = static_cast<std::uint8_t>(out[(at + i) >> 3] | flags[i] << ((at + i) & 7));
  }
  for (; i + 8 <= count; i += 8) {
    std::uint64_t eight;
    std::memcpy(&eight, flags + i, sizeof eight);
    // Gathers the lowest bit of each byte in the top byte, the first flag lowest.
    out[(at + i) >> 3] = static_cast<std::uint8_t>((eight * 0x0102'0408'1020'4080U) >> 56);
  }
  for (; i < count; ++i) {
    out[(at + i) >> 3] = static_cast<std::uint8_t>(out[(at + i) >> 3] | flags[i] << ((at + i) & 7));
  }
}

void close_run(ColumnBuilder& builder, int count, const std::uint8_t* valid, int nulls) {
  ColumnParts& parts = builder.parts();
  if (nulls != 0 || parts.null_count != 0) {
    if (parts.null_count == 0) builder.start_validity();
    std::array<std::uint8_t, kMostRunRows> ones;
    if (valid == nullptr) {
      ones.fill(1);
      valid = ones.data();
    }
    append_bits(parts.validity, parts.length, valid, count);
  }
  parts.null_count += nulls;
  parts.length += count;
}

std::int64_t value_bytes(ColumnBuilder& builder) {
  const bool is_list = builder.type().kind == TypeKind::kArray;
  return static_cast<std::int64_t>((is_list ? builder.child() : builder).parts().values.size());
}

Column release_run(ColumnBuilder& builder) {
  ColumnParts& parts = builder.parts();
  const std::size_t values = parts.values.size();
  const std::size_t offsets = parts.offsets.size();
  Column column = builder.release();
  parts.values.reserve(next_capacity(values));
  parts.offsets.reserve(next_capacity(offsets));
  return column;
}

}  // namespace dpone
