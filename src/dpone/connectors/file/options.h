// The options of `type: file`: tables for the manifest reader, the JSON Schema and the flags of `dpone copy`, and the
// same as checked values. Static data and pure functions. Docs: docs/connectors/file.md.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>

#include "dpone/base/option_spec.h"
#include "dpone/base/result.h"
#include "dpone/connectors/file/compression.h"
#include "dpone/connectors/file/row_format.h"
#include "dpone/data/type.h"

namespace dpone::file {

std::span<const OptionSpec> source_options();
std::span<const OptionSpec> sink_options();

struct SourceSettings {
  std::string path;  // a file, a pattern, or `-`
  // Of the target, where that is a file too: it must not be among the files that are read. Empty: it is none.
  std::string target_path;
  FormatSettings format;
  std::optional<Compression> compression;  // absent: by name and first bytes
  std::map<std::string, DataType> types;   // declared, by column
  bool infers = true;                      // else every column without a declared type is text
  std::int64_t sample_rows = 0;
  std::string reject_path;  // empty: the first row that is wrong ends the run
  std::optional<std::int64_t> limit;
};

struct SinkSettings {
  std::string path;  // a file, or `-`
  FormatSettings format;
  Compression compression = Compression::kNone;
};

// `csv`, by the option or by the name's ending; empty if neither says.
std::string format_name(const std::string& path, const Options& options);

// Options that csv and tsv have, and jsonl has not.
bool is_of_delimited_text(std::string_view option);

// From the options of a manifest's end. Class kUsage, slugs: file.unknown_format, option.invalid, delimited.format,
// type.unknown, type.modifier.
Result<SourceSettings> source_settings(const std::string& path, const Options& options);
Result<SinkSettings> sink_settings(const std::string& path, const Options& options);

}  // namespace dpone::file
