#include "dpone/connectors/postgres/session_start.h"

#include <libpq-fe.h>

#include <array>
#include <memory>

#include "dpone/base/contains.h"
#include "dpone/base/nearest.h"
#include "dpone/connectors/postgres/quote.h"

namespace dpone::postgres {
namespace {

// Fields that are passed to libpq unchanged; other fields are refused by name.
constexpr std::array<std::string_view, 27> kPassThrough = {"hostaddr",
                                                           "passfile",
                                                           "service",
                                                           "sslmode",
                                                           "sslrootcert",
                                                           "sslcert",
                                                           "sslkey",
                                                           "sslcrl",
                                                           "sslcrldir",
                                                           "sslsni",
                                                           "sslcompression",
                                                           "ssl_min_protocol_version",
                                                           "ssl_max_protocol_version",
                                                           "channel_binding",
                                                           "gssencmode",
                                                           "krbsrvname",
                                                           "requirepeer",
                                                           "target_session_attrs",
                                                           "keepalives",
                                                           "keepalives_idle",
                                                           "keepalives_interval",
                                                           "keepalives_count",
                                                           "tcp_user_timeout",
                                                           "application_name",
                                                           "require_auth",
                                                           "sslpassword",
                                                           "load_balance_hosts"};
constexpr std::array<std::string_view, 10> kOwn = {
    "host",         "port",         "database",        "username",
    "schema",       "password",     "connect_timeout", "statement_timeout",
    "idle_timeout", "stall_timeout"};

constexpr std::pair<std::string_view, std::string_view> kKeepalives[] = {
    {"keepalives_idle", "15"}, {"keepalives_interval", "5"}, {"keepalives_count", "3"}, {"tcp_user_timeout", "30000"}};

}  // namespace

Result<Keywords> connection_keywords(const ConnectionSettings& settings) {
  Keywords keywords;
  const auto add = [&](std::string_view name, std::string value) {
    if (!value.empty()) keywords.emplace_back(name, std::move(value));
  };
  add("fallback_application_name", "dpone");
  for (const auto& [name, value] : settings.fields) {
    const bool passes = contains(kPassThrough, name);
    if (passes) {
      add(name, value);
    } else if (!contains(kOwn, name)) {
      std::vector<std::string_view> known(kPassThrough.begin(), kPassThrough.end());
      known.insert(known.end(), kOwn.begin(), kOwn.end());
      const std::string nearest = nearest_name(name, known);
      return Error(ErrorClass::kUsage, "postgres.unknown_setting", "unknown connection setting \"" + name + "\"")
          .with("connection", settings.id)
          .hint(nearest.empty() ? "see docs/connectors/postgres.md for the settings"
                                : "did you mean \"" + nearest + "\"?");
    }
  }
  add("host", settings.field("host"));
  add("port", settings.field("port"));
  add("dbname", settings.field("database"));
  add("user", settings.field("username"));
  add("password", settings.password.reveal());
  add("client_encoding", "UTF8");
  return keywords;
}

Keywords keepalive_defaults(const Keywords& keywords) {
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : keywords) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  // libpq shows its combined settings only for a connection; an invalid sslmode ends this one before it begins.
  names.insert(names.end(), {"sslmode", nullptr});
  values.insert(values.end(), {"only look", nullptr});
  const std::unique_ptr<PGconn, decltype(&PQfinish)> look(PQconnectStartParams(names.data(), values.data(), 0),
                                                          &PQfinish);
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfo(look.get()), &PQconninfoFree);
  const auto given = [&](std::string_view name) {
    for (const PQconninfoOption* option = options.get(); option != nullptr && option->keyword != nullptr; ++option) {
      if (option->keyword == name && option->val != nullptr) return std::string_view(option->val);
    }
    return std::string_view();
  };
  Keywords defaults;
  if (given("keepalives") == "0") return defaults;
  for (const auto& [name, value] : kKeepalives) {
    if (given(name).empty()) defaults.emplace_back(name, value);
  }
  return defaults;
}

std::string session_settings(const ConnectionSettings& settings, SessionRole role, int server_version) {
  std::string sql =
      "SET row_security = off; SET client_encoding = 'UTF8'; SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; "
      "SET IntervalStyle = 'postgres'; SET extra_float_digits = 1; SET bytea_output = 'hex'; "
      "SET search_path = pg_catalog; SET standard_conforming_strings = on; SET jit = off; SET client_min_messages = "
      "warning; "
      "SET default_tablespace = ''; SET default_table_access_method = heap; SET array_nulls = on; "
      "SET xmloption = content; SET quote_all_identifiers = off; SET transform_null_equals = off; "
      // Every transaction here states or expects its mode, but a role may have other defaults: a serializable and
      // deferrable one would wait for every writer of the database.
      "SET default_transaction_isolation = 'read committed'; SET default_transaction_deferrable = off; ";
  // A source waits for its sink and a sink for its source, for as long as it takes.
  if (server_version >= 140000) sql += "SET idle_session_timeout = 0; ";
  if (server_version >= 170000) sql += "SET transaction_timeout = 0; ";
  const std::string statement_timeout = settings.field("statement_timeout");
  sql += "SET statement_timeout = " + quote_literal(statement_timeout.empty() ? "0" : statement_timeout) + "; ";
  if (role == SessionRole::kSink) {
    sql += "SET default_transaction_read_only = off; ";
    const std::string idle_timeout = settings.field("idle_timeout");
    sql += "SET idle_in_transaction_session_timeout = " + quote_literal(idle_timeout.empty() ? "60s" : idle_timeout) +
           "; SET tcp_keepalives_idle = 15; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3; "
           "SET lock_timeout = '60s'; ";
    if (server_version >= 140000) sql += "SET client_connection_check_interval = '5s'; ";
  } else {
    sql +=
        "SET idle_in_transaction_session_timeout = 0; SET default_transaction_read_only = on; SET lock_timeout = "
        "'60s'; ";
  }
  return sql;
}

}  // namespace dpone::postgres
