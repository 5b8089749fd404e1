// Constants of the COPY BINARY stream that reader and writer share. Spec: docs/formats/pg-copy.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dpone::pg_copy {

inline constexpr std::string_view kSignature{"PGCOPY\n\377\r\n\0", 11};
// Signature, flags (int32), length of the header extension (int32).
inline constexpr std::size_t kHeaderBytes = 19;
// The header of a stream without flags and extension, and what ends a stream.
inline constexpr std::string_view kPlainHeader{"PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", kHeaderBytes};
inline constexpr std::string_view kTrailer{"\377\377", 2};
// A reader must refuse a stream with a flag in this half that it does not know; bit 16 would be OIDs.
inline constexpr std::uint32_t kCriticalFlags = 0xFFFF'0000;
inline constexpr std::uint32_t kNullLength = 0xFFFF'FFFF;
inline constexpr int kMaxDimensions = 6;
// Address families in inet and cidr values.
inline constexpr std::uint8_t kFamilyInet = 2;
inline constexpr std::uint8_t kFamilyInet6 = 3;
inline constexpr char kJsonbVersion = 1;

}  // namespace dpone::pg_copy
