#include "dpone/cli/connectors.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "dpone/base/ascii.h"
#include "dpone/cli/route_setup.h"
#include "dpone/connectors/file/options.h"
#include "dpone/connectors/file/sink.h"
#include "dpone/connectors/file/source.h"
#include "dpone/connectors/postgres/discover.h"
#include "dpone/connectors/postgres/probe.h"
#include "dpone/connectors/postgres/sink.h"
#include "dpone/connectors/postgres/source.h"
#include "dpone/connectors/sqlite/discover.h"
#include "dpone/connectors/sqlite/probe.h"
#include "dpone/connectors/sqlite/sink.h"
#include "dpone/connectors/sqlite/source.h"
#include "dpone/rowfile/compression.h"

namespace dpone::cli {
namespace {

// What the ends of every system with tables are told of a manifest.
template <class Settings>
Settings source_of(const manifest::Manifest& manifest, const ConnectionSettings& connection) {
  const manifest::Endpoint& endpoint = manifest.source;
  Settings source;
  source.connection = connection;
  source.schema = endpoint.table.schema;
  source.table = endpoint.table.name;
  source.query = endpoint.options.text("query");
  source.where = endpoint.options.text("where");
  if (endpoint.options.is_given("limit")) source.limit = endpoint.options.integer("limit");
  return source;
}

template <class Settings>
Settings sink_of(const manifest::Manifest& manifest, const ConnectionSettings& connection) {
  const manifest::Endpoint& endpoint = manifest.sink;
  Settings sink;
  sink.connection = connection;
  sink.schema = endpoint.table.schema;
  sink.table = endpoint.table.name;
  sink.control_schema = endpoint.options.text("control_schema");
  return sink;
}

Result<std::unique_ptr<Source>> open_postgres_source(const manifest::Manifest& manifest,
                                                     const ConnectionSettings& settings, const RunContext& context) {
  return postgres::make_source(source_of<postgres::SourceSettings>(manifest, settings), context);
}

Result<std::unique_ptr<Sink>> open_postgres_sink(const manifest::Manifest& manifest, const ConnectionSettings& settings,
                                                 const RunContext& context) {
  return postgres::make_sink(sink_of<postgres::SinkSettings>(manifest, settings), context);
}

Result<ProbeAnswer> probe_postgres(const ConnectionSettings& settings, const RunContext& context) {
  DPONE_TRY(const postgres::ProbeResult probe, postgres::probe(settings, context));
  ProbeAnswer answer;
  answer.text = fmt::format("PostgreSQL {}, database {}, role {}, {}", probe.server, probe.database, probe.role,
                            probe.encryption);
  answer.facts.set("server", probe.server).set("database", probe.database).set("role", probe.role);
  answer.facts.set("encryption", probe.encryption);
  answer.clock_skew = probe.clock_skew;
  return answer;
}

Result<std::unique_ptr<Source>> open_sqlite_source(const manifest::Manifest& manifest,
                                                   const ConnectionSettings& settings, const RunContext& context) {
  return sqlite::make_source(source_of<sqlite::SourceSettings>(manifest, settings), context);
}

Result<std::unique_ptr<Sink>> open_sqlite_sink(const manifest::Manifest& manifest, const ConnectionSettings& settings,
                                               const RunContext& context) {
  return sqlite::make_sink(sink_of<sqlite::SinkSettings>(manifest, settings), context);
}

Result<ProbeAnswer> probe_sqlite(const ConnectionSettings& settings, const RunContext& context) {
  DPONE_TRY(const sqlite::ProbeResult probe, sqlite::probe(settings, context));
  ProbeAnswer answer;
  answer.text = fmt::format("SQLite {}, file {}, journal mode {}, {}", probe.library, probe.file, probe.journal_mode,
                            probe.encoding);
  answer.facts.set("library", probe.library).set("file", probe.file);
  answer.facts.set("journal_mode", probe.journal_mode).set("encoding", probe.encoding);
  return answer;
}

constexpr SourceCapabilities kPostgresSource{.has_query = true, .has_where = true, .has_cursor = true};
constexpr SinkCapabilities kPostgresSink{
    .publish = PublishClass::kTransactional, .has_append = true, .has_merge = true, .has_keys = true};

constexpr SourceCapabilities kSqliteSource{.has_query = true, .has_where = true, .has_cursor = true};
constexpr SinkCapabilities kSqliteSink{
    .publish = PublishClass::kTransactional, .has_append = true, .has_merge = true, .has_keys = true};
constexpr std::string_view kSqliteExtensions[] = {".db", ".sqlite", ".sqlite3"};

Result<std::unique_ptr<Source>> open_file_source(const manifest::Manifest& manifest, const ConnectionSettings& settings,
                                                 const RunContext& context) {
  DPONE_TRY(file::SourceSettings source, file::source_settings(settings.field("path"), manifest.source.options));
  source.reject_path = path_from(manifest.file, source.reject_path);
  source.target_path = path_from(manifest.file, manifest.sink.path);
  return file::make_source(std::move(source), context);
}

Result<std::unique_ptr<Sink>> open_file_sink(const manifest::Manifest& manifest, const ConnectionSettings& settings,
                                             const RunContext& context) {
  DPONE_TRY(file::SinkSettings sink, file::sink_settings(settings.field("path"), manifest.sink.options));
  return file::make_sink(std::move(sink), context);
}

Status check_file_source(const manifest::Endpoint& endpoint) {
  DPONE_CHECK(file::source_settings(endpoint.path, endpoint.options));
  return {};
}

Status check_file_sink(const manifest::Endpoint& endpoint) {
  DPONE_CHECK(file::sink_settings(endpoint.path, endpoint.options));
  return {};
}

Result<ProbeAnswer> probe_file(const ConnectionSettings& settings, const RunContext&) {
  return Error(ErrorClass::kUsage, "connection.none", "a file is not connected to")
      .with("path", settings.field("path"))
      .hint("dpone plan looks at a file");
}

constexpr SourceCapabilities kFileSource{.has_table = false};
constexpr SinkCapabilities kFileSink{.has_table = false, .publish = PublishClass::kRename};
constexpr std::string_view kFileExtensions[] = {".csv", ".tsv", ".jsonl", ".ndjson"};

const Connector kConnectors[] = {
    {"postgres",
     kPostgresSource,
     kPostgresSink,
     {},
     {},
     open_postgres_source,
     open_postgres_sink,
     probe_postgres,
     {},
     postgres::discover},
    {"sqlite",
     kSqliteSource,
     kSqliteSink,
     {},
     {},
     open_sqlite_source,
     open_sqlite_sink,
     probe_sqlite,
     kSqliteExtensions,
     sqlite::discover},
    {"file", kFileSource, kFileSink, file::source_options(), file::sink_options(), open_file_source, open_file_sink,
     probe_file, kFileExtensions, nullptr, check_file_source, check_file_sink},
};

}  // namespace

std::span<const Connector> connectors() { return kConnectors; }

const Connector* find_connector(std::string_view system) {
  for (const Connector& candidate : kConnectors) {
    if (candidate.system == system) return &candidate;
  }
  return nullptr;
}

const Connector& connector(std::string_view system) { return *find_connector(system); }

const Connector* connector_of_path(const std::string& path) {
  std::filesystem::path name = std::filesystem::path(path).filename();
  if (rowfile::compression_of_name(name.string()) != rowfile::Compression::kNone) name = name.stem();
  // Windows and mainframes write endings in capitals.
  const std::string extension = name.extension().string();
  for (const Connector& candidate : kConnectors) {
    for (const std::string_view known : candidate.extensions) {
      if (is_word_in_any_case(extension, known)) return &candidate;
    }
  }
  std::ifstream file(path, std::ios::binary);
  std::string magic(16, '\0');
  file.read(magic.data(), static_cast<std::streamsize>(magic.size()));
  return file && magic == std::string("SQLite format 3\0", 16) ? find_connector("sqlite") : nullptr;
}

}  // namespace dpone::cli
