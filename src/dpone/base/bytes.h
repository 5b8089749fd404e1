// Big-endian loads and stores for wire formats (network byte order). All are unaligned-safe.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace dpone {

static_assert(std::endian::native == std::endian::little, "dpone is built for little-endian machines");

template <class T>
T load_big(const void* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  if constexpr (sizeof(T) == 1) return value;
  if constexpr (sizeof(T) == 2) return static_cast<T>(__builtin_bswap16(static_cast<std::uint16_t>(value)));
  if constexpr (sizeof(T) == 4) return std::bit_cast<T>(__builtin_bswap32(std::bit_cast<std::uint32_t>(value)));
  if constexpr (sizeof(T) == 8) return std::bit_cast<T>(__builtin_bswap64(std::bit_cast<std::uint64_t>(value)));
}

template <class T>
void store_big(void* to, T value) {
  value = load_big<T>(&value);
  std::memcpy(to, &value, sizeof value);
}

}  // namespace dpone
