#include "dpone/connectors/postgres/connector.h"

#include "dpone/connectors/postgres/discover.h"
#include "dpone/connectors/postgres/probe.h"
#include "dpone/connectors/postgres/sink.h"
#include "dpone/connectors/postgres/source.h"
#include "dpone/connectors/postgres/state_store.h"

namespace dpone::postgres {
namespace {

constexpr std::string_view kSchemes[] = {"postgresql", "postgres"};

// libpq's parameters under dpone's names if they differ (database, username); the rest is passed on unchanged.
constexpr FieldSpec kFields[] = {
    {"host", "host", true, false, "Server's name or address, several by commas, or the folder of its socket",
     FieldKind::kText, "PGHOST"},
    {"port", "port", false, false, "Port, 5432 by default", FieldKind::kPorts, "PGPORT"},
    {"database", "dbname", true, false, "Database", FieldKind::kText, "PGDATABASE"},
    {"username", "user", true, false, "Role", FieldKind::kText, "PGUSER"},
    {"password", "password", false, true, "Password; without it, ~/.pgpass or a certificate is used"},
    {"schema", "schema", false, false, "Schema of tables named without a schema, public by default"},
    {"hostaddr", "hostaddr", false, false, "Address, if `host` is only used to check the certificate"},
    {"service", "service", false, false, "Entry of pg_service.conf for all fields that are not set here",
     FieldKind::kText, "PGSERVICE"},
    {"passfile", "passfile", false, false, "Password file instead of ~/.pgpass"},
    {"sslmode", "sslmode", false, false, "disable, allow, prefer, require, verify-ca or verify-full"},
    {"sslrootcert", "sslrootcert", false, false, "File of trusted certificates"},
    {"sslcert", "sslcert", false, false, "Client certificate"},
    {"sslkey", "sslkey", false, false, "Key of the client certificate"},
    {"sslpassword", "sslpassword", false, true, "Password of that key"},
    {"sslcrl", "sslcrl", false, false, "File of revoked certificates"},
    {"sslcrldir", "sslcrldir", false, false, "Folder of revoked certificates"},
    {"sslsni", "sslsni", false, false, "Whether TLS names the host"},
    {"ssl_min_protocol_version", "ssl_min_protocol_version", false, false, "Oldest TLS version"},
    {"ssl_max_protocol_version", "ssl_max_protocol_version", false, false, "Newest TLS version"},
    {"channel_binding", "channel_binding", false, false, "disable, prefer or require"},
    {"gssencmode", "gssencmode", false, false, "disable, prefer or require"},
    {"krbsrvname", "krbsrvname", false, false, "Kerberos service name"},
    {"requirepeer", "requirepeer", false, false, "Operating-system user that must own the socket"},
    {"target_session_attrs", "target_session_attrs", false, false, "any, read-write, primary, standby, ..."},
    {"application_name", "application_name", false, false, "Name in pg_stat_activity, dpone by default"},
    {"connect_timeout", "connect_timeout", false, false, "Longest wait for a connection, 10 s by default",
     FieldKind::kSeconds},
    {"statement_timeout", "statement_timeout", false, false, "Longest statement; no limit by default",
     FieldKind::kMilliseconds},
    {"idle_timeout", "idle_timeout", false, false, "Longest idle transaction of a sink, 60 s by default",
     FieldKind::kMilliseconds},
    {"stall_timeout", "stall_timeout", false, false,
     "How long the connection may be silent before another session asks whether the server is still working, 30 s by "
     "default, 0 for never",
     FieldKind::kMilliseconds},
    {"require_auth", "require_auth", false, false, "Accepted authentication methods"},
    {"load_balance_hosts", "load_balance_hosts", false, false, "disable or random"},
    {"sslcompression", "sslcompression", false, false, "0 or 1"},
    {"tcp_user_timeout", "tcp_user_timeout", false, false,
     "Milliseconds that sent data may stay unacknowledged, 30000 by default"},
    {"keepalives", "keepalives", false, false, "TCP keepalives: 0 or 1"},
    {"keepalives_idle", "keepalives_idle", false, false, "Seconds before the first keepalive, 15 by default"},
    {"keepalives_interval", "keepalives_interval", false, false, "Seconds between keepalives, 5 by default"},
    {"keepalives_count", "keepalives_count", false, false,
     "Lost keepalives before the connection is closed, 3 by default"},
};

Result<std::unique_ptr<Source>> open_source(const EndSettings& end, const RunContext& context) {
  return make_source({table_source(end), end.options.text("search_path")}, context);
}

Result<std::unique_ptr<Sink>> open_sink(const EndSettings& end, const RunContext& context) {
  return make_sink(table_sink(end), context);
}

std::unique_ptr<StateStore> open_state(const EndSettings& place, const RunContext& context) {
  return make_state_store(place.connection, place.schema, context);
}

}  // namespace

const Connector kPostgres{
    .system = {.name = "postgres",
               .schemes = kSchemes,
               .fields = kFields,
               .default_port = "5432",
               .default_schema = "public",
               .database_is_user = true,
               .example_url = "postgresql://user@host/database"},
    .source = {.has_query = true, .has_where = true, .has_cursor = true},
    .sink = {.publish = PublishClass::kTransactional,
             .has_append = true,
             .has_merge = true,
             .has_delete = true,
             .has_keys = true},
    .source_options = source_options(),
    .open_source = open_source,
    .open_sink = open_sink,
    .open_state = open_state,
    .probe = probe,
    .discover = discover,
};

}  // namespace dpone::postgres
