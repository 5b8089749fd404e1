#include "dpone/connectors/sqlite/connector.h"

#include "dpone/connectors/sqlite/discover.h"
#include "dpone/connectors/sqlite/probe.h"
#include "dpone/connectors/sqlite/sink.h"
#include "dpone/connectors/sqlite/source.h"
#include "dpone/connectors/sqlite/state_store.h"

namespace dpone::sqlite {
namespace {

constexpr std::string_view kSchemes[] = {"sqlite"};

constexpr FieldSpec kFields[] = {
    {"path", "path", true, false,
     "File of the database; a relative path is relative to the manifest's folder, for dpone copy to the current one"},
    {"busy_timeout", "busy_timeout", false, false, "Longest wait for a lock of another program, 10 s by default",
     FieldKind::kMilliseconds},
};

constexpr std::string_view kExtensions[] = {".db", ".sqlite", ".sqlite3"};
// https://www.sqlite.org/fileformat.html, the database header.
constexpr std::string_view kMagic("SQLite format 3\0", 16);

Result<std::unique_ptr<Source>> open_source(const EndSettings& end, const RunContext& context) {
  return make_source(table_source(end), context);
}

Result<std::unique_ptr<Sink>> open_sink(const EndSettings& end, const RunContext& context) {
  return make_sink(table_sink(end), context);
}

std::unique_ptr<StateStore> open_state(const EndSettings& place, const RunContext& context) {
  return make_state_store(place.connection.field("path"), context);
}

}  // namespace

const Connector kSqlite{
    .system = {.name = "sqlite",
               .schemes = kSchemes,
               .fields = kFields,
               .default_schema = "main",
               .is_file = true,
               .example_url = "sqlite:PATH"},
    .source = {.has_query = true, .has_where = true, .has_cursor = true},
    .sink = {.publish = PublishClass::kTransactional,
             .has_append = true,
             .has_merge = true,
             .has_delete = true,
             .has_keys = true},
    .extensions = kExtensions,
    .magic = kMagic,
    .open_source = open_source,
    .open_sink = open_sink,
    .open_state = open_state,
    .state_file = "state.db",
    .probe = probe,
    .discover = discover,
};

}  // namespace dpone::sqlite
