#include "dpone/connections/provider.h"

#include <gtest/gtest.h>

#include "dpone/connections/test_environment.h"
#include "dpone/connections/test_systems.h"

namespace dpone::connections {
namespace {

Result<ResolvedConnection> from_env(std::map<std::string, std::string> values, const std::string& id = "pg_src") {
  return resolve_connection({"postgres", "env", id}, FakeEnvironment(std::move(values)), kTestSystems);
}

Result<ResolvedConnection> from_params(std::map<std::string, std::string, std::less<>> params,
                                       std::map<std::string, std::string> values = {}) {
  return resolve_connection({"postgres", "params", "", std::move(params)}, FakeEnvironment(std::move(values)),
                            kTestSystems);
}

TEST(EnvProvider, ReadsFieldsAndNamesTheVariables) {
  const auto resolved = from_env({{"DPONE_CONN_PG_SRC_HOST", "db"},
                                  {"DPONE_CONN_PG_SRC_DATABASE", "shop"},
                                  {"DPONE_CONN_PG_SRC_USERNAME", "reader"},
                                  {"DPONE_CONN_PG_SRC_PASSWORD", "hunter2"},
                                  {"DPONE_CONN_PG_SRC_SSLMODE", "require"},
                                  {"OTHER", "x"}});
  ASSERT_TRUE(resolved) << resolved.error().to_line();
  EXPECT_EQ(resolved->settings.system, "postgres");
  EXPECT_EQ(resolved->settings.id, "pg_src");
  EXPECT_EQ(resolved->settings.field("host"), "db");
  EXPECT_EQ(resolved->settings.field("sslmode"), "require");
  EXPECT_EQ(resolved->settings.field("password"), "") << "a password is never a field";
  EXPECT_EQ(resolved->settings.password.reveal(), "hunter2");
  EXPECT_EQ(
      resolved->variables_read,
      (std::vector<std::string>{"DPONE_CONN_PG_SRC_DATABASE", "DPONE_CONN_PG_SRC_HOST", "DPONE_CONN_PG_SRC_PASSWORD",
                                "DPONE_CONN_PG_SRC_SSLMODE", "DPONE_CONN_PG_SRC_USERNAME"}));
}

TEST(EnvProvider, NamesEveryMissingVariableAtOnce) {
  const auto resolved = from_env({{"DPONE_CONN_PG_SRC_USERNAME", "u"}});
  ASSERT_FALSE(resolved);
  EXPECT_EQ(resolved.error().slug(), "connection.missing_variables");
  EXPECT_EQ(resolved.error().exit_code(), 2);
  EXPECT_EQ(resolved.error().message(),
            "the connection pg_src lacks DPONE_CONN_PG_SRC_HOST, DPONE_CONN_PG_SRC_DATABASE");
  EXPECT_EQ(resolved.error().next_step(),
            "set DPONE_CONN_PG_SRC_URL to a URL (postgresql://user@host/database), or each of those variables");
}

TEST(EnvProvider, PointsToTheOriginalsOldNames) {
  const auto resolved = from_env({{"PG_SRC_HOST", "db"}});
  ASSERT_FALSE(resolved);
  EXPECT_NE(resolved.error().next_step().find("PG_SRC_HOST is set: rename it to DPONE_CONN_PG_SRC_HOST"),
            std::string::npos);
}

TEST(EnvProvider, AUrlMayLeaveThePasswordToItsOwnVariable) {
  const auto resolved =
      from_env({{"DPONE_CONN_PG_SRC_URL", "postgresql://u@db/shop"}, {"DPONE_CONN_PG_SRC_PASSWORD", "p"}});
  ASSERT_TRUE(resolved) << resolved.error().to_line();
  EXPECT_EQ(resolved->settings.field("database"), "shop");
  EXPECT_EQ(resolved->settings.password.reveal(), "p");
  EXPECT_EQ(resolved->settings.id, "pg_src");
}

TEST(EnvProvider, WhatUrlAndVariableBothGiveIsRefused) {
  const auto resolved =
      from_env({{"DPONE_CONN_PG_SRC_URL", "postgresql://u:p@db/shop"}, {"DPONE_CONN_PG_SRC_PASSWORD", "q"}});
  ASSERT_FALSE(resolved);
  EXPECT_EQ(resolved.error().slug(), "connection.ambiguous");
  EXPECT_EQ(resolved.error().message(), "DPONE_CONN_PG_SRC_URL and DPONE_CONN_PG_SRC_PASSWORD both give the password");
}

TEST(EnvProvider, ABadUrlNamesItsVariableAndNotItsText) {
  const auto resolved = from_env({{"DPONE_CONN_PG_SRC_URL", "postgresql://u:hunter2@db:x/shop"}});
  ASSERT_FALSE(resolved);
  EXPECT_EQ(resolved.error().context_value("variable"), "DPONE_CONN_PG_SRC_URL");
  EXPECT_EQ((resolved.error().to_line() + resolved.error().next_step()).find("hunter2"), std::string::npos);
}

TEST(EnvProvider, AServiceNeedsNothingElse) {
  EXPECT_TRUE(from_env({{"DPONE_CONN_PG_SRC_SERVICE", "shop"}}));
  EXPECT_TRUE(from_env({{"DPONE_CONN_PG_SRC_URL", "postgresql:///?service=shop"}}));
}

TEST(EnvProvider, IdsBecomeVariablesInOneWay) {
  EXPECT_EQ(variable_name("pg-src.main", "sslmode"), "DPONE_CONN_PG_SRC_MAIN_SSLMODE");
  for (const char* bad : {"", "a b", "-a", "a/b", "ü", "a;b"}) {
    const auto resolved = from_env({}, bad);
    ASSERT_FALSE(resolved) << bad;
    EXPECT_EQ(resolved.error().slug(), "connection.bad_id");
  }
  for (const char* good : {"a", "7", "a_b", "Z-9.z"}) EXPECT_TRUE(check_connection_id(good)) << good;
  EXPECT_TRUE(check_connection_id(std::string(128, 'a')));
  EXPECT_FALSE(check_connection_id(std::string(129, 'a')));
}

TEST(ParamsProvider, ReplacesVariablesAndTellsTheirNames) {
  const auto resolved =
      from_params({{"host", "db-${STAGE}.example.org"}, {"database", "shop"}, {"username", "u"}, {"password", "${PW}"}},
                  {{"STAGE", "test"}, {"PW", "hunter2"}});
  ASSERT_TRUE(resolved) << resolved.error().to_line();
  EXPECT_EQ(resolved->settings.field("host"), "db-test.example.org");
  EXPECT_EQ(resolved->settings.password.reveal(), "hunter2");
  EXPECT_EQ(resolved->variables_read, (std::vector<std::string>{"PW", "STAGE"}));
}

TEST(ParamsProvider, APlainPasswordIsRefusedWithoutItsText) {
  for (const char* password : {"hunter2", "x${PW}", "${PW}x", "${PW}${PW}"}) {
    const auto resolved =
        from_params({{"host", "h"}, {"database", "d"}, {"username", "u"}, {"password", password}}, {{"PW", "p"}});
    ASSERT_FALSE(resolved) << password;
    EXPECT_EQ(resolved.error().slug(), "connection.plain_secret");
    EXPECT_EQ(resolved.error().exit_code(), 2);
    EXPECT_EQ((resolved.error().to_line() + resolved.error().next_step()).find("hunter2"), std::string::npos);
  }
}

TEST(ParamsProvider, NamesAllThatIsMissing) {
  const auto variables = from_params({{"host", "${A}"}, {"database", "${B}"}, {"username", "u"}, {"password", "${C}"}});
  EXPECT_EQ(variables.error().message(), "the connection's params name variables that are not set: B, A, C");
  EXPECT_EQ(from_params({{"port", "1"}}).error().message(), "the connection's params lack host, database, username");
  const auto unknown = from_params({{"hots", "h"}});
  EXPECT_EQ(unknown.error().slug(), "connection.unknown_field");
  EXPECT_EQ(unknown.error().message(), "\"hots\" is not a field of a postgres connection; did you mean host?");
  EXPECT_EQ(from_params({{"host", "${A"}}).error().slug(), "connection.bad_reference");
}

TEST(Providers, TimeoutsAreDurationsAndPortsNumbers) {
  const std::map<std::string, std::string, std::less<>> base = {{"host", "h"}, {"database", "d"}, {"username", "u"}};
  auto good = base;
  good.insert({{"connect_timeout", "1500ms"}, {"statement_timeout", "2m"}, {"idle_timeout", "5"}, {"port", "5433"}});
  const auto resolved = from_params(good);
  ASSERT_TRUE(resolved) << resolved.error().to_line();
  EXPECT_EQ(resolved->settings.field("connect_timeout"), "2");
  EXPECT_EQ(resolved->settings.field("statement_timeout"), "120000");
  EXPECT_EQ(resolved->settings.field("idle_timeout"), "5000");
  for (const auto& [name, value] : std::map<std::string, std::string>{
           {"port", "54x"}, {"port", "0"}, {"connect_timeout", "soon"}, {"statement_timeout", "-1"}}) {
    auto bad = base;
    bad[name] = value;
    EXPECT_EQ(from_params(bad).error().slug(), "connection.bad_value") << name;
  }
  const auto variable = from_env({{"DPONE_CONN_PG_SRC_PORT", "x"}});
  EXPECT_EQ(variable.error().context_value("variable"), "DPONE_CONN_PG_SRC_PORT");
}

TEST(Providers, UnknownOnesAreRefused) {
  EXPECT_EQ(resolve_connection({"oracle", "env", "x"}, FakeEnvironment({}), kTestSystems).error().slug(),
            "connection.unknown_system");
  EXPECT_EQ(resolve_connection({"postgres", "vault", "x"}, FakeEnvironment({}), kTestSystems).error().slug(),
            "connection.unknown_provider");
}

}  // namespace
}  // namespace dpone::connections
