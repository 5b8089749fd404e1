// What a user says about text with rows, whichever connector reads or writes it: option rows for the connectors'
// tables, and the same as checked values. Static data and pure functions. Docs: docs/connectors/file.md.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "dpone/base/option_spec.h"
#include "dpone/base/result.h"
#include "dpone/data/type.h"
#include "dpone/rowfile/compression.h"
#include "dpone/rowfile/row_format.h"

namespace dpone::rowfile {

inline constexpr std::string_view kFormats = "auto|csv|tsv|jsonl";
inline constexpr std::string_view kCompressions = "auto|none|gzip|zstd";

inline constexpr OptionSpec kDelimiterOption{
    .name = "delimiter",
    .description = "Character between fields, or `tab`; by default a comma, for tsv a tab",
    .value_name = "CHAR"};
inline constexpr OptionSpec kQuoteOption{.name = "quote",
                                         .default_text = "\"",
                                         .description = "Character around values that need it, or `none`",
                                         .value_name = "CHAR"};
inline constexpr OptionSpec kHeaderOption{
    .name = "header",
    .kind = OptionKind::kFlag,
    .default_text = "true",
    .description = "The first record names the columns; without it they are `column_1`, ..."};
inline constexpr OptionSpec kNullTextOption{
    .name = "null_text",
    .description = "Unquoted text that means NULL; empty by default, so that an empty text is `\"\"`",
    .value_name = "TEXT"};

inline constexpr OptionSpec kDateFormatOption{
    .name = "date_format",
    .description =
        "Format of dates, with strftime's specifiers: `%d.%m.%Y`, `%m/%d/%Y`, `%d-%b-%Y`; by default 2024-02-29",
    .value_name = "FORMAT"};
inline constexpr OptionSpec kTimestampFormatOption{
    .name = "timestamp_format",
    .description = "Format of timestamps: `%m/%d/%Y %I:%M:%S %p`, `%Y%m%dT%H%M%S.%f%z`; by default 2024-02-29 12:00:00",
    .value_name = "FORMAT"};
inline constexpr OptionSpec kDecimalOption{.name = "decimal",
                                           .kind = OptionKind::kChoice,
                                           .choices = "point|comma",
                                           .default_text = "point",
                                           .description = "Decimal mark of numbers"};

// Of readers.
inline constexpr OptionSpec kReadFormatOption{
    .name = "format",
    .kind = OptionKind::kChoice,
    .choices = kFormats,
    .default_text = "auto",
    .description = "Format of the file; `auto` uses the extension of its name"};
inline constexpr OptionSpec kReadCompressionOption{.name = "compression",
                                                   .kind = OptionKind::kChoice,
                                                   .choices = kCompressions,
                                                   .default_text = "auto",
                                                   .description = "`auto` uses the first bytes"};
inline constexpr OptionSpec kEncodingOption{.name = "encoding",
                                            .kind = OptionKind::kChoice,
                                            .choices = "utf-8",
                                            .default_text = "utf-8",
                                            .description = "Encoding of the text"};
inline constexpr OptionSpec kTypesOption{
    .name = "types",
    .kind = OptionKind::kTextMap,
    .description =
        "SQL types of columns, `amount: numeric(12,2)`; other columns take the target's type or are "
        "inferred",
    .value_name = "COLUMN=TYPE"};
inline constexpr OptionSpec kInferOption{
    .name = "infer",
    .kind = OptionKind::kChoice,
    .choices = "auto|text",
    .default_text = "auto",
    .description = "How to type undeclared columns: infer from the values, or read all as `text`"};
inline constexpr OptionSpec kMissingOption{
    .name = "missing",
    .kind = OptionKind::kChoice,
    .choices = "keep|null",
    .default_text = "keep",
    .description = "If a JSON Lines row lacks a key, a merge keeps the target's value (keep) or writes NULL (null)"};
inline constexpr OptionSpec kSampleRowsOption{
    .name = "sample_rows",
    .kind = OptionKind::kInteger,
    .default_text = "100000",
    .description = "Number of rows in the sample for inference, at most 8 MiB of them",
    .min = 1,
    .max = 10'000'000,
    .value_name = "N"};
inline constexpr OptionSpec kOnErrorOption{
    .name = "on_error",
    .kind = OptionKind::kChoice,
    .choices = "fail|reject-file",
    .default_text = "fail",
    .description = "An invalid row ends the run, or is written to `reject_path` and not loaded"};
inline constexpr OptionSpec kRejectPathOption{
    .name = "reject_path",
    .kind = OptionKind::kPath,
    .description = "File for the rejected rows, each with its reason; relative to the manifest's folder"};

// Of writers.
inline constexpr OptionSpec kWriteFormatOption{
    .name = "format",
    .kind = OptionKind::kChoice,
    .choices = kFormats,
    .default_text = "auto",
    .description = "Format of the file; `auto` uses the extension of its name"};
inline constexpr OptionSpec kWriteCompressionOption{
    .name = "compression",
    .kind = OptionKind::kChoice,
    .choices = kCompressions,
    .default_text = "auto",
    .description = "`auto` uses the extension of the file's name: `.gz`, `.zst`"};

struct ReadSettings {
  FormatSettings format;
  std::optional<Compression> compression;  // absent: by name and first bytes
  std::map<std::string, DataType> types;   // declared, by column
  bool keeps_missing = true;               // in a merge
  bool infers = true;                      // else every column without a declared type is text
  std::int64_t sample_rows = 0;
  std::string reject_path;  // empty: the first row that is wrong ends the run
  std::optional<std::int64_t> limit;
};

struct WriteSettings {
  FormatSettings format;
  Compression compression = Compression::kNone;
};

// `csv`, by the option or by the name's ending; empty if neither says.
std::string format_name(const std::string& path, const Options& options);
// Options that csv and tsv have, and jsonl has not.
bool is_of_delimited_text(std::string_view option);

// From the options of a manifest's end. `path`: by whose ending format and compression go, where the options leave them
// open. Class kUsage, slugs: file.unknown_format, option.invalid, delimited.format, type.unknown, type.modifier.
Result<ReadSettings> read_settings(const std::string& path, const Options& options);
Result<WriteSettings> write_settings(const std::string& path, const Options& options);

}  // namespace dpone::rowfile
