#include "dpone/rowfile/compression.h"

#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <limits>

#include "dpone/base/ascii.h"

namespace dpone::rowfile {
namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib: the greatest window, with gzip's header and no other
constexpr int kGzipMemory = 8;
constexpr int kGzipLevel = 6;
constexpr int kZstdLevel = 3;
constexpr int kMostWindowLog = 27;  // 128 MiB: what the zstd program accepts by itself
constexpr std::size_t kOutBytes = std::size_t{128} << 10;
constexpr std::string_view kGzipMagic = "\x1f\x8b";
constexpr std::string_view kZstdMagic = "\x28\xb5\x2f\xfd";

// Such frames contain no text and may appear anywhere (RFC 8878, 3.1.2); pzstd writes one first.
bool is_skippable_frame(std::string_view bytes) {
  return bytes.size() >= 4 && (bytes[0] & 0xF0) == 0x50 && bytes.substr(1).starts_with("\x2a\x4d\x18");
}

Error corrupt(std::string_view format, std::string_view what) {
  return Error(ErrorClass::kFailed, "compression.corrupt",
               "the file is not valid " + std::string(format) + ": " + std::string(what))
      .hint("fetch or write the file again; `gzip -t` and `zstd -t` check a file");
}

Error cut_short(std::string_view format) {
  return Error(ErrorClass::kFailed, "compression.cut_short",
               "the file ends in the middle of its " + std::string(format) + " data")
      .hint("the file was not completely written or copied; fetch it again");
}

unsigned clamp(std::size_t bytes) {
  return static_cast<unsigned>(std::min<std::size_t>(bytes, std::numeric_limits<unsigned>::max()));
}

class GzipDecompressor final : public Decompressor {
 public:
  GzipDecompressor() : is_ready_(inflateInit2(&stream_, kGzipWindow) == Z_OK) {}
  GzipDecompressor(const GzipDecompressor&) = delete;
  GzipDecompressor& operator=(const GzipDecompressor&) = delete;
  ~GzipDecompressor() override {
    if (is_ready_) inflateEnd(&stream_);
  }
  bool is_ready() const { return is_ready_; }

  Result<Step> decode(std::string_view in, std::span<char> out) override {
    Step step;
    if (is_between_) {
      if (in.empty()) return step;
      // Zeros may fill up the last block of a tape, or of a disk.
      if (has_member_ && in[0] == '\0') {
        step.consumed = std::min(in.find_first_not_of('\0'), in.size());
        has_padding_ = true;
        return step;
      }
      if (has_padding_ || in[0] != kGzipMagic[0]) {
        return corrupt("gzip", has_member_ ? "other bytes follow its end" : "it does not begin with a gzip header");
      }
      if (has_member_ && inflateReset(&stream_) != Z_OK) return out_of_memory_error();
      is_between_ = false;
      has_member_ = true;
    }
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));  // NOLINT: zlib does not write there
    stream_.avail_in = clamp(in.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = clamp(out.size());
    const unsigned given_in = stream_.avail_in;
    const unsigned given_out = stream_.avail_out;
    const int code = inflate(&stream_, Z_NO_FLUSH);
    step.consumed = given_in - stream_.avail_in;
    step.produced = given_out - stream_.avail_out;
    if (code == Z_STREAM_END) {
      is_between_ = true;
      return step;
    }
    if (code == Z_MEM_ERROR) return out_of_memory_error();
    if (code != Z_OK && code != Z_BUF_ERROR) return corrupt("gzip", stream_.msg == nullptr ? "bad data" : stream_.msg);
    return step;
  }

  Status finish() const override {
    if (!is_between_ || !has_member_) return cut_short("gzip");
    return {};
  }

 private:
  z_stream stream_{};
  bool is_ready_;
  bool is_between_ = true;  // at the beginning, or behind the end of a member
  bool has_member_ = false;
  bool has_padding_ = false;
};

class ZstdDecompressor final : public Decompressor {
 public:
  ZstdDecompressor() : context_(ZSTD_createDCtx()) {
    if (context_ != nullptr) ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, kMostWindowLog);
  }
  ZstdDecompressor(const ZstdDecompressor&) = delete;
  ZstdDecompressor& operator=(const ZstdDecompressor&) = delete;
  ~ZstdDecompressor() override { ZSTD_freeDCtx(context_); }
  bool is_ready() const { return context_ != nullptr; }

  Result<Step> decode(std::string_view in, std::span<char> out) override {
    if (in.empty() && is_between_) return Step{};
    ZSTD_inBuffer from{in.data(), in.size(), 0};
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    const std::size_t left = ZSTD_decompressStream(context_, &to, &from);
    if (ZSTD_isError(left) != 0) return error_of(left);
    has_frame_ = true;
    is_between_ = left == 0;
    return Step{from.pos, to.pos};
  }

  Status finish() const override {
    if (!is_between_ || !has_frame_) return cut_short("Zstandard");
    return {};
  }

 private:
  static Error error_of(std::size_t code) {
    switch (ZSTD_getErrorCode(code)) {
      case ZSTD_error_memory_allocation:
        return out_of_memory_error();
      case ZSTD_error_frameParameter_windowTooLarge:
        return Error(ErrorClass::kFailed, "compression.window",
                     "the file was compressed with a window of more than 128 MiB, which would have to fit in "
                     "memory")
            .hint("compress it again without --long, or with --long=27");
      default:
        return corrupt("Zstandard", ZSTD_getErrorName(code));
    }
  }

  ZSTD_DCtx* context_;
  bool is_between_ = true;
  bool has_frame_ = false;
};

class GzipCompressor final : public Compressor {
 public:
  GzipCompressor()
      : is_ready_(deflateInit2(&stream_, kGzipLevel, Z_DEFLATED, kGzipWindow, kGzipMemory, Z_DEFAULT_STRATEGY) ==
                  Z_OK) {}
  GzipCompressor(const GzipCompressor&) = delete;
  GzipCompressor& operator=(const GzipCompressor&) = delete;
  ~GzipCompressor() override {
    if (is_ready_) deflateEnd(&stream_);
  }
  bool is_ready() const { return is_ready_; }

  Status write(std::string_view in, std::string& out) override {
    while (!in.empty()) {
      const unsigned given = clamp(in.size());
      DPONE_CHECK(run(in.substr(0, given), Z_NO_FLUSH, out));
      in.remove_prefix(given);
    }
    return {};
  }
  Status finish(std::string& out) override { return run({}, Z_FINISH, out); }

 private:
  Status run(std::string_view in, int flush, std::string& out) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));  // NOLINT: zlib does not write there
    stream_.avail_in = clamp(in.size());
    while (true) {
      const std::size_t at = out.size();
      out.resize(at + kOutBytes);
      stream_.next_out = reinterpret_cast<Bytef*>(out.data() + at);
      stream_.avail_out = clamp(kOutBytes);
      const int code = deflate(&stream_, flush);
      out.resize(at + kOutBytes - stream_.avail_out);
      if (code == Z_STREAM_END) return {};
      if (code != Z_OK && code != Z_BUF_ERROR) return internal_error("deflate");
      if (stream_.avail_out != 0 && flush == Z_NO_FLUSH) return {};
    }
  }
  z_stream stream_{};
  bool is_ready_;
};

class ZstdCompressor final : public Compressor {
 public:
  ZstdCompressor() : context_(ZSTD_createCCtx()) {
    if (context_ == nullptr) return;
    ZSTD_CCtx_setParameter(context_, ZSTD_c_compressionLevel, kZstdLevel);
    ZSTD_CCtx_setParameter(context_, ZSTD_c_checksumFlag, 1);
  }
  ZstdCompressor(const ZstdCompressor&) = delete;
  ZstdCompressor& operator=(const ZstdCompressor&) = delete;
  ~ZstdCompressor() override { ZSTD_freeCCtx(context_); }
  bool is_ready() const { return context_ != nullptr; }

  Status write(std::string_view in, std::string& out) override { return run(in, ZSTD_e_continue, out); }
  Status finish(std::string& out) override { return run({}, ZSTD_e_end, out); }

 private:
  Status run(std::string_view in, ZSTD_EndDirective directive, std::string& out) {
    ZSTD_inBuffer from{in.data(), in.size(), 0};
    while (true) {
      const std::size_t at = out.size();
      out.resize(at + kOutBytes);
      ZSTD_outBuffer to{out.data() + at, kOutBytes, 0};
      const std::size_t left = ZSTD_compressStream2(context_, &to, &from, directive);
      out.resize(at + to.pos);
      if (ZSTD_isError(left) != 0) return internal_error(ZSTD_getErrorName(left));
      if (directive == ZSTD_e_end ? left == 0 : from.pos == from.size) return {};
    }
  }
  ZSTD_CCtx* context_;
};

template <class Base, class Made>
Result<std::unique_ptr<Base>> ready(std::unique_ptr<Made> made) {
  if (!made->is_ready()) return out_of_memory_error();
  return std::unique_ptr<Base>(std::move(made));
}

}  // namespace

std::string_view to_string(Compression value) {
  return value == Compression::kGzip ? "gzip" : value == Compression::kZstd ? "zstd" : "none";
}

Compression compression_of_magic(std::string_view bytes) {
  if (bytes.starts_with(kGzipMagic)) return Compression::kGzip;
  return bytes.starts_with(kZstdMagic) || is_skippable_frame(bytes) ? Compression::kZstd : Compression::kNone;
}

Compression compression_of_name(std::string_view name) {
  if (ends_in_any_case(name, ".gz")) return Compression::kGzip;
  return ends_in_any_case(name, ".zst") ? Compression::kZstd : Compression::kNone;
}

Result<std::unique_ptr<Decompressor>> make_decompressor(Compression compression) {
  if (compression == Compression::kGzip) return ready<Decompressor>(std::make_unique<GzipDecompressor>());
  return ready<Decompressor>(std::make_unique<ZstdDecompressor>());
}

Result<std::unique_ptr<Compressor>> make_compressor(Compression compression) {
  if (compression == Compression::kGzip) return ready<Compressor>(std::make_unique<GzipCompressor>());
  return ready<Compressor>(std::make_unique<ZstdCompressor>());
}

}  // namespace dpone::rowfile
