// Two systems for the tests of connections, one with a server and one in a file: independent of any real connector, but
// with libpq's names, since they read its URLs.
#pragma once

#include "dpone/connections/systems.h"

namespace dpone::connections {

inline constexpr std::string_view kTestServerSchemes[] = {"postgresql", "postgres"};
inline constexpr FieldSpec kTestServerFields[] = {
    {"host", "host", true, false, "Server", FieldKind::kText, "PGHOST"},
    {"port", "port", false, false, "Port", FieldKind::kPorts, "PGPORT"},
    {"database", "dbname", true, false, "Database", FieldKind::kText, "PGDATABASE"},
    {"username", "user", true, false, "Role", FieldKind::kText, "PGUSER"},
    {"password", "password", false, true, "Password"},
    {"schema", "schema", false, false, "Schema"},
    {"hostaddr", "hostaddr", false, false, "Address"},
    {"service", "service", false, false, "Entry of a file", FieldKind::kText, "PGSERVICE"},
    {"sslmode", "sslmode", false, false, "Encryption"},
    {"sslpassword", "sslpassword", false, true, "Password of a key"},
    {"ssl_min_protocol_version", "ssl_min_protocol_version", false, false, "Oldest version"},
    {"connect_timeout", "connect_timeout", false, false, "Wait", FieldKind::kSeconds},
    {"statement_timeout", "statement_timeout", false, false, "Wait", FieldKind::kMilliseconds},
    {"idle_timeout", "idle_timeout", false, false, "Wait", FieldKind::kMilliseconds},
};
inline constexpr std::string_view kTestFileSchemes[] = {"sqlite"};
inline constexpr FieldSpec kTestFileFields[] = {
    {"path", "path", true, false, "File"},
    {"busy_timeout", "busy_timeout", false, false, "Wait", FieldKind::kMilliseconds},
};
// A second server, whose client reads no variables.
inline constexpr std::string_view kTestOtherSchemes[] = {"other"};
inline constexpr FieldSpec kTestOtherFields[] = {
    {"host", "host", true, false, "Server"},
    {"port", "port", false, false, "Port", FieldKind::kPorts},
    {"database", "database", false, false, "Database"},
    {"username", "user", true, false, "Role"},
    {"password", "password", false, true, "Password"},
};

inline constexpr SystemSpec kTestSystems[] = {{.name = "postgres",
                                               .schemes = kTestServerSchemes,
                                               .fields = kTestServerFields,
                                               .default_port = "5432",
                                               .default_schema = "public",
                                               .database_is_user = true,
                                               .example_url = "postgresql://user@host/database"},
                                              {.name = "sqlite",
                                               .schemes = kTestFileSchemes,
                                               .fields = kTestFileFields,
                                               .default_schema = "main",
                                               .is_file = true,
                                               .example_url = "sqlite:PATH"},
                                              {.name = "other",
                                               .schemes = kTestOtherSchemes,
                                               .fields = kTestOtherFields,
                                               .default_port = "9000",
                                               .default_schema = "main",
                                               .example_url = "other://user@host/database"}};

}  // namespace dpone::connections
