#include "dpone/connectors/file/options.h"

namespace dpone::file {
namespace {

constexpr OptionSpec kSourceOptions[] = {
    rowfile::kReadFormatOption, rowfile::kReadCompressionOption, rowfile::kDelimiterOption,
    rowfile::kQuoteOption,      rowfile::kHeaderOption,          rowfile::kNullTextOption,
    rowfile::kDateFormatOption, rowfile::kTimestampFormatOption, rowfile::kDecimalOption,
    rowfile::kEncodingOption,   rowfile::kTypesOption,           rowfile::kInferOption,
    rowfile::kMissingOption,    rowfile::kSampleRowsOption,      rowfile::kOnErrorOption,
    rowfile::kRejectPathOption,
};

constexpr OptionSpec kSinkOptions[] = {
    rowfile::kWriteFormatOption, rowfile::kWriteCompressionOption, rowfile::kDelimiterOption,
    rowfile::kQuoteOption,       rowfile::kHeaderOption,           rowfile::kNullTextOption,
    rowfile::kDateFormatOption,  rowfile::kTimestampFormatOption,  rowfile::kDecimalOption,
};

}  // namespace

std::span<const OptionSpec> source_options() { return kSourceOptions; }
std::span<const OptionSpec> sink_options() { return kSinkOptions; }

Result<SourceSettings> source_settings(const std::string& path, const Options& options) {
  SourceSettings settings;
  settings.path = path;
  DPONE_TRY(static_cast<rowfile::ReadSettings&>(settings), rowfile::read_settings(path, options));
  return settings;
}

Result<SinkSettings> sink_settings(const std::string& path, const Options& options) {
  SinkSettings settings;
  settings.path = path;
  DPONE_TRY(static_cast<rowfile::WriteSettings&>(settings), rowfile::write_settings(path, options));
  return settings;
}

}  // namespace dpone::file
