#include "dpone/rowfile/row_format.h"

#include "dpone/base/ascii.h"
#include "dpone/rowfile/compression.h"

namespace dpone::rowfile {

Result<std::unique_ptr<RowFormat>> make_format(const FormatSettings& settings) {
  if (settings.name == "csv" || settings.name == "tsv") return make_csv_format(settings);
  if (settings.name == "jsonl") return make_jsonl_format(settings);
  return Error(ErrorClass::kUsage, "file.unknown_format",
               "this build does not support files of format " + settings.name + "")
      .hint("this build reads and writes csv, tsv and jsonl");
}

std::string format_of_name(std::string_view path) {
  if (compression_of_name(path) != Compression::kNone) path = path.substr(0, path.rfind('.'));
  static constexpr std::pair<std::string_view, std::string_view> kEndings[] = {
      {".csv", "csv"}, {".tsv", "tsv"}, {".jsonl", "jsonl"}, {".ndjson", "jsonl"}};
  for (const auto& [ending, format] : kEndings) {
    if (ends_in_any_case(path, ending)) return std::string(format);
  }
  return {};
}

}  // namespace dpone::rowfile
