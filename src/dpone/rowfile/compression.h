// Compression of files, as streams: gzip (zlib) and Zstandard (libzstd). Several members, one after another, are one
// text, as gzip and zstd themselves have it. Memory is bounded: what comes out is handed on in parts, however much it
// becomes, and a Zstandard window is at most 128 MiB. Each object is used by one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "dpone/base/result.h"

namespace dpone::rowfile {

enum class Compression { kNone, kGzip, kZstd };

std::string_view to_string(Compression value);
// By the first bytes of a file: kNone if they are neither's.
Compression compression_of_magic(std::string_view bytes);
// By the end of a name: `.gz`, `.zst`.
Compression compression_of_name(std::string_view name);

// Errors have class kFailed and slugs compression.corrupt, compression.cut_short, compression.window; the caller adds
// file and offset.
class Decompressor {
 public:
  struct Step {
    std::size_t consumed = 0;
    std::size_t produced = 0;
  };
  virtual ~Decompressor() = default;
  // Decodes from the front of `in` into `out`; neither is REQUIRED to be used up. Nothing consumed and nothing
  // produced: it wants more of `in`.
  virtual Result<Step> decode(std::string_view in, std::span<char> out) = 0;
  // At the end of the input: fails if a member has no end.
  virtual Status finish() const = 0;
};

class Compressor {
 public:
  virtual ~Compressor() = default;
  // Appends what there is of the compressed form to `out`.
  virtual Status write(std::string_view in, std::string& out) = 0;
  virtual Status finish(std::string& out) = 0;
};

// REQUIRES: not kNone.
Result<std::unique_ptr<Decompressor>> make_decompressor(Compression compression);
Result<std::unique_ptr<Compressor>> make_compressor(Compression compression);

}  // namespace dpone::rowfile
