#include "dpone/connectors/file/connector.h"

#include "dpone/connectors/file/options.h"
#include "dpone/connectors/file/sink.h"
#include "dpone/connectors/file/source.h"

namespace dpone::file {
namespace {

constexpr std::string_view kExtensions[] = {".csv", ".tsv", ".jsonl", ".ndjson"};

std::string path_of(const EndSettings& end) { return end.connection.field("path"); }

Result<std::unique_ptr<Source>> open_source(const EndSettings& end, const RunContext& context) {
  DPONE_TRY(SourceSettings settings, source_settings(path_of(end), end.options));
  if (!settings.reject_path.empty()) settings.reject_path = (end.folder / settings.reject_path).string();
  settings.target_path = end.other_path;
  return make_source(std::move(settings), context);
}

Result<std::unique_ptr<Sink>> open_sink(const EndSettings& end, const RunContext& context) {
  DPONE_TRY(SinkSettings settings, sink_settings(path_of(end), end.options));
  return make_sink(std::move(settings), context);
}

Status check_source(const EndSettings& end) {
  DPONE_CHECK(source_settings(path_of(end), end.options));
  return {};
}

Status check_sink(const EndSettings& end) {
  DPONE_CHECK(sink_settings(path_of(end), end.options));
  return {};
}

bool uses_option(const EndSettings& end, std::string_view option) {
  return !rowfile::is_of_delimited_text(option) || rowfile::format_name(path_of(end), end.options) != "jsonl";
}

}  // namespace

const Connector kFile{
    .system = {.name = "file"},
    .source = {.has_table = false},
    .sink = {.has_table = false, .publish = PublishClass::kRename},
    .source_options = source_options(),
    .sink_options = sink_options(),
    .extensions = kExtensions,
    .has_streams = true,
    .open_source = open_source,
    .open_sink = open_sink,
    .check_source = check_source,
    .check_sink = check_sink,
    .uses_option = uses_option,
};

}  // namespace dpone::file
