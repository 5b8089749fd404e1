#include "dpone/rowfile/read_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "dpone/data/type_name.h"

namespace dpone::rowfile {
namespace {

constexpr std::string_view kOfDelimitedText[] = {"delimiter",        "quote",  "header", "null_text", "date_format",
                                                 "timestamp_format", "decimal"};

Error invalid(std::string_view option, std::string why) {
  return Error(ErrorClass::kUsage, "option.invalid", fmt::format("{}: {}", option, why))
      .with("option", std::string(option))
      .hint("see docs/connectors/file.md");
}

Result<char> character(const Options& options, std::string_view name, char fallback) {
  if (!options.is_given(name)) return fallback;
  const std::string text = options.text(name);
  if (text == "tab" || text == "\\t") return '\t';
  if (text == "none" && name == "quote") return '\0';
  if (text.size() != 1 || static_cast<unsigned char>(text[0]) >= 0x80) {
    return invalid(name, fmt::format("'{}' is not one ASCII character", text));
  }
  return text[0];
}

Result<FormatSettings> format_settings(const std::string& path, const Options& options) {
  FormatSettings settings;
  settings.name = format_name(path, options);
  if (settings.name.empty()) {
    return Error(
               ErrorClass::kUsage, "file.unknown_format",
               path == "-" ? "stdin and stdout need a format" : "cannot tell the format of " + path + " from its name")
        .hint("set it to csv, tsv or jsonl: --from-format or --to-format, in a manifest options.format");
  }
  if (settings.name == "jsonl") {
    for (const std::string_view name : kOfDelimitedText) {
      if (options.is_given(name)) return invalid(name, "applies to csv and tsv, not to jsonl");
    }
  }
  DPONE_TRY(settings.delimiter, character(options, "delimiter", settings.name == "tsv" ? '\t' : ','));
  settings.is_delimiter_given = options.is_given("delimiter");
  DPONE_TRY(settings.quote, character(options, "quote", '"'));
  settings.null_text = options.text("null_text");
  settings.has_header = options.flag("header");
  settings.date_format = options.text("date_format");
  settings.timestamp_format = options.text("timestamp_format");
  settings.decimal = options.text("decimal") == "comma" ? ',' : '.';
  // What cannot be is said before anything is opened.
  DPONE_TRY(const auto format, make_format(settings));
  return settings;
}

}  // namespace

bool is_of_delimited_text(std::string_view option) {
  return std::find(std::begin(kOfDelimitedText), std::end(kOfDelimitedText), option) != std::end(kOfDelimitedText);
}

std::string format_name(const std::string& path, const Options& options) {
  const std::string given = options.text("format");
  return given == "auto" ? format_of_name(path) : given;
}

Result<ReadSettings> read_settings(const std::string& path, const Options& options) {
  ReadSettings settings;
  DPONE_TRY(settings.format, format_settings(path, options));
  const std::string compression = options.text("compression");
  if (compression != "auto") {
    settings.compression = compression == "gzip"   ? Compression::kGzip
                           : compression == "zstd" ? Compression::kZstd
                                                   : Compression::kNone;
  }
  for (const auto& [column, name] : options.texts("types")) {
    auto type = parse_type_name(name);
    if (!type) return std::move(type).error().with("column", column).with("option", "types");
    const bool is_money = type->kind == TypeKind::kMoney || (type->element && type->element->kind == TypeKind::kMoney);
    if (is_money) return invalid("types", "money depends on a locale: use numeric(18,2) for " + column);
    settings.types.emplace(column, *std::move(type));
  }
  settings.keeps_missing = options.text("missing") == "keep";
  settings.infers = options.text("infer") == "auto";
  settings.sample_rows = options.integer("sample_rows");
  settings.reject_path = options.text("reject_path");
  const bool rejects = options.text("on_error") == "reject-file";
  if (rejects && settings.reject_path.empty()) {
    return invalid("on_error", "reject-file needs reject_path, the file for the rejected rows");
  }
  if (!rejects && !settings.reject_path.empty()) {
    return invalid("reject_path", "requires on_error: reject-file");
  }
  if (settings.reject_path == "-") return invalid("reject_path", "must name a file, not a stream");
  if (options.is_given("limit")) settings.limit = options.integer("limit");
  return settings;
}

Result<WriteSettings> write_settings(const std::string& path, const Options& options) {
  WriteSettings settings;
  DPONE_TRY(settings.format, format_settings(path, options));
  const std::string compression = options.text("compression");
  settings.compression = compression == "gzip"   ? Compression::kGzip
                         : compression == "zstd" ? Compression::kZstd
                         : compression == "auto" ? compression_of_name(path)
                                                 : Compression::kNone;
  return settings;
}

}  // namespace dpone::rowfile
