#include "dpone/connectors/file/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "dpone/data/type_name.h"

namespace dpone::file {
namespace {

constexpr std::string_view kFormats = "auto|csv|tsv|jsonl";
constexpr std::string_view kCompressions = "auto|none|gzip|zstd";

constexpr OptionSpec kDelimiter{
    .name = "delimiter",
    .description = "Character between fields, or `tab`; by default the comma, of tsv the tab",
    .value_name = "CHAR"};
constexpr OptionSpec kQuote{.name = "quote",
                            .default_text = "\"",
                            .description = "Character around values that need it, or `none`",
                            .value_name = "CHAR"};
constexpr OptionSpec kHeader{.name = "header",
                             .kind = OptionKind::kFlag,
                             .default_text = "true",
                             .description = "The first record names the columns; without, they are `column_1`, ..."};
constexpr OptionSpec kNullText{
    .name = "null_text",
    .description = "What stands for NULL without quotes; by default nothing, so that an empty text is `\"\"`",
    .value_name = "TEXT"};

constexpr OptionSpec kDateFormat{
    .name = "date_format",
    .description =
        "How dates stand, in the letters of strftime: `%d.%m.%Y`, `%m/%d/%Y`, `%d-%b-%Y`; by default 2024-02-29",
    .value_name = "FORMAT"};
constexpr OptionSpec kTimestampFormat{
    .name = "timestamp_format",
    .description = "How times stand: `%m/%d/%Y %I:%M:%S %p`, `%Y%m%dT%H%M%S.%f%z`; by default 2024-02-29 12:00:00",
    .value_name = "FORMAT"};
constexpr OptionSpec kDecimal{.name = "decimal",
                              .kind = OptionKind::kChoice,
                              .choices = "point|comma",
                              .default_text = "point",
                              .description = "What stands between the whole and the fraction of a number"};

constexpr OptionSpec kSourceOptions[] = {
    {.name = "format",
     .kind = OptionKind::kChoice,
     .choices = kFormats,
     .default_text = "auto",
     .description = "How rows stand in the file; `auto` goes by the ending of its name"},
    {.name = "compression",
     .kind = OptionKind::kChoice,
     .choices = kCompressions,
     .default_text = "auto",
     .description = "`auto` goes by the first bytes"},
    kDelimiter,
    kQuote,
    kHeader,
    kNullText,
    kDateFormat,
    kTimestampFormat,
    kDecimal,
    {.name = "encoding",
     .kind = OptionKind::kChoice,
     .choices = "utf-8",
     .default_text = "utf-8",
     .description = "Encoding of the text"},
    {.name = "types",
     .kind = OptionKind::kTextMap,
     .description = "Types of columns as in SQL, `amount: numeric(12,2)`; the others are told by the target or by "
                    "their values",
     .value_name = "COLUMN=TYPE"},
    {.name = "infer",
     .kind = OptionKind::kChoice,
     .choices = "auto|text",
     .default_text = "auto",
     .description = "Columns that nobody gives a type: told by their values, or `text`"},
    {.name = "sample_rows",
     .kind = OptionKind::kInteger,
     .default_text = "100000",
     .description = "How many rows are looked at for that, and at most 8 MiB of them",
     .min = 1,
     .max = 10'000'000,
     .value_name = "N"},
    {.name = "on_error",
     .kind = OptionKind::kChoice,
     .choices = "fail|reject-file",
     .default_text = "fail",
     .description = "A row that is wrong ends the run, or is written to `reject_path` and left out"},
    {.name = "reject_path",
     .kind = OptionKind::kPath,
     .description = "File of the rows that are left out, with the reason of each; seen from the manifest's folder"},
};

constexpr OptionSpec kSinkOptions[] = {
    {.name = "format",
     .kind = OptionKind::kChoice,
     .choices = kFormats,
     .default_text = "auto",
     .description = "How rows are written; `auto` goes by the ending of the file's name"},
    {.name = "compression",
     .kind = OptionKind::kChoice,
     .choices = kCompressions,
     .default_text = "auto",
     .description = "`auto` goes by the ending of the file's name: `.gz`, `.zst`"},
    kDelimiter,
    kQuote,
    kHeader,
    kNullText,
    kDateFormat,
    kTimestampFormat,
    kDecimal,
};

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
    return Error(ErrorClass::kUsage, "file.unknown_format",
                 path == "-" ? "the format of stdin and stdout has to be given"
                             : "the format of " + path + " cannot be told by its name")
        .hint("give it: --from-format or --to-format, in a manifest options.format; csv, tsv or jsonl");
  }
  if (settings.name == "jsonl") {
    for (const std::string_view name : kOfDelimitedText) {
      if (options.is_given(name)) return invalid(name, "is of csv and tsv; jsonl has none");
    }
  }
  DPONE_TRY(settings.delimiter, character(options, "delimiter", settings.name == "tsv" ? '\t' : ','));
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

std::string format_name(const std::string& path, const Options& options) {
  const std::string given = options.text("format");
  return given == "auto" ? format_of_name(path) : given;
}

bool is_of_delimited_text(std::string_view option) {
  return std::find(std::begin(kOfDelimitedText), std::end(kOfDelimitedText), option) != std::end(kOfDelimitedText);
}

std::span<const OptionSpec> source_options() { return kSourceOptions; }
std::span<const OptionSpec> sink_options() { return kSinkOptions; }

Result<SourceSettings> source_settings(const std::string& path, const Options& options) {
  SourceSettings settings;
  settings.path = path;
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
    if (is_money) return invalid("types", "money means nothing without a locale: take numeric(18,2) for " + column);
    settings.types.emplace(column, *std::move(type));
  }
  settings.infers = options.text("infer") == "auto";
  settings.sample_rows = options.integer("sample_rows");
  settings.reject_path = options.text("reject_path");
  const bool rejects = options.text("on_error") == "reject-file";
  if (rejects && settings.reject_path.empty()) {
    return invalid("on_error", "reject-file needs reject_path, the file that takes the rows");
  }
  if (!rejects && !settings.reject_path.empty()) {
    return invalid("reject_path", "goes with on_error: reject-file");
  }
  if (settings.reject_path == "-") return invalid("reject_path", "names a file, and no stream");
  if (options.is_given("limit")) settings.limit = options.integer("limit");
  return settings;
}

Result<SinkSettings> sink_settings(const std::string& path, const Options& options) {
  SinkSettings settings;
  settings.path = path;
  DPONE_TRY(settings.format, format_settings(path, options));
  const std::string compression = options.text("compression");
  settings.compression = compression == "gzip"   ? Compression::kGzip
                         : compression == "zstd" ? Compression::kZstd
                         : compression == "auto" ? compression_of_name(path)
                                                 : Compression::kNone;
  return settings;
}

}  // namespace dpone::file
