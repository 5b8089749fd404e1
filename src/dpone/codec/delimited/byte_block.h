// 64 bytes of text; finds bytes in it as bits of a word.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace dpone::delimited {

#if defined(__SSE2__)
class ByteBlock {
 public:
  static constexpr std::size_t kSize = 64;

  // Four values, not an array: the compiler unrolls no loop at this level, and keeps an array in memory.
  explicit ByteBlock(const char* bytes)
      : a_(load(bytes)), b_(load(bytes + 16)), c_(load(bytes + 32)), d_(load(bytes + 48)) {}
  // Bit i is set where byte i is `c`.
  std::uint64_t equal(char c) const {
    const __m128i wanted = _mm_set1_epi8(c);
    return bits(a_, wanted) | bits(b_, wanted) << 16 | bits(c_, wanted) << 32 | bits(d_, wanted) << 48;
  }
  // The same where it is at most `c`.
  std::uint64_t at_most(char c) const {
    const __m128i limit = _mm_set1_epi8(c);
    return bits(a_, _mm_min_epu8(a_, limit)) | bits(b_, _mm_min_epu8(b_, limit)) << 16 |
           bits(c_, _mm_min_epu8(c_, limit)) << 32 | bits(d_, _mm_min_epu8(d_, limit)) << 48;
  }
  bool is_ascii() const { return _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(a_, b_), _mm_or_si128(c_, d_))) == 0; }

 private:
  static __m128i load(const char* bytes) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes)); }
  static std::uint64_t bits(__m128i part, __m128i wanted) {
    return static_cast<std::uint16_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(part, wanted)));
  }
  __m128i a_, b_, c_, d_;
};
#else
class ByteBlock {
 public:
  static constexpr std::size_t kSize = 64;

  explicit ByteBlock(const char* bytes) : bytes_(bytes) {}
  std::uint64_t equal(char c) const {
    return gather([&](char byte) { return byte == c; });
  }
  std::uint64_t at_most(char c) const {
    return gather([&](char byte) { return static_cast<unsigned char>(byte) <= static_cast<unsigned char>(c); });
  }
  bool is_ascii() const {
    return gather([&](char byte) { return static_cast<unsigned char>(byte) >= 0x80; }) == 0;
  }

 private:
  template <class Test>
  std::uint64_t gather(Test test) const {
    std::uint64_t mask = 0;
    for (std::size_t i = 0; i < kSize; ++i) mask |= std::uint64_t{test(bytes_[i])} << i;
    return mask;
  }
  const char* bytes_;
};
#endif

}  // namespace dpone::delimited
