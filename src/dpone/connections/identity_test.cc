#include "dpone/connections/identity.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "dpone/connections/provider.h"
#include "dpone/connections/test_environment.h"
#include "dpone/connections/test_systems.h"
#include "dpone/connections/url.h"

namespace dpone::connections {
namespace {

std::string of(std::string_view url, std::map<std::string, std::string> variables = {}) {
  const auto settings = parse_url(url, "id", kTestSystems);
  EXPECT_TRUE(settings) << url;
  return settings ? identity(*settings, FakeEnvironment(std::move(variables)), kTestSystems).canonical()
                  : std::string();
}

TEST(Identity, IsTheSameHoweverTheConnectionIsSpelled) {
  const std::string plain = of("postgresql://h/db");
  for (const char* url : {"postgresql://h:5432/db", "postgres://h/db", "postgresql://H/db", "postgresql://h./db",
                          "postgresql://user:secret@h/db?sslmode=require", "postgresql:///db?host=h&port=5432",
                          "postgresql://h?dbname=db", "postgresql://db@h", "postgresql://h:/db"}) {
    EXPECT_EQ(of(url), plain) << url;
  }
  EXPECT_EQ(of("postgresql:///", {{"PGHOST", "h"}, {"PGDATABASE", "db"}}), plain);
  EXPECT_EQ(of("postgresql://h", {{"PGUSER", "db"}}), plain);
  EXPECT_EQ(of("postgresql://a,B:5432/db"), of("postgresql://a:5432,b/db"));
}

TEST(Identity, TellsPlacesApart) {
  const std::string plain = of("postgresql://h/db");
  for (const char* url : {"postgresql://h:5433/db", "postgresql://other/db", "postgresql://h/DB", "postgresql://h/db2",
                          "postgresql://h,h2/db", "postgresql:///db?service=h", "postgresql://%2Fh/db"}) {
    EXPECT_NE(of(url), plain) << url;
  }
  EXPECT_NE(of("postgresql://%2Ftmp%2FA/db"), of("postgresql://%2Ftmp%2Fa/db"));
  EXPECT_NE(of("postgresql://h/db", {{"PGPORT", "5433"}}), plain);
}

TEST(Identity, OfAServiceLeavesToItsFileWhatIsNotSaid) {
  const std::string served = of("postgresql:///?service=shop");
  EXPECT_EQ(served, of("postgresql:///", {{"PGSERVICE", "shop"}}));
  EXPECT_EQ(served, of("postgresql:///?service=shop", {{"PGPORT", "5433"}, {"PGDATABASE", "x"}}));
  EXPECT_NE(served, of("postgresql://:5432/?service=shop"));
}

TEST(Identity, FillsInTheVariablesOfTheSystemsOwnClientAlone) {
  const std::map<std::string, std::string> variables = {
      {"PGHOST", "h"}, {"PGPORT", "5433"}, {"PGDATABASE", "db"}, {"PGUSER", "me"}, {"PGSERVICE", "shop"}};
  EXPECT_EQ(of("other://h", variables), of("other://h"));
  EXPECT_EQ(of("other://h"), of("other://me@h:9000")) << "a database is not the user's";
}

TEST(Identity, OfAnIdIsThatOfItsUrl) {
  const FakeEnvironment environment({{"DPONE_CONN_SHOP_HOST", "H"},
                                     {"DPONE_CONN_SHOP_PORT", "5432"},
                                     {"DPONE_CONN_SHOP_DATABASE", "db"},
                                     {"DPONE_CONN_SHOP_USERNAME", "me"}});
  const auto resolved = resolve_connection({"postgres", "env", "shop"}, environment, kTestSystems);
  ASSERT_TRUE(resolved);
  EXPECT_EQ(identity(resolved->settings, environment, kTestSystems).canonical(), of("postgresql://h/db"));
}

TEST(Identity, KnowsTheSchemaOfTablesWithoutOne) {
  EXPECT_EQ(default_schema(*parse_url("postgresql://h/db", "id", kTestSystems), kTestSystems), "public");
  EXPECT_EQ(default_schema(*parse_url("postgresql://h/db?schema=raw", "id", kTestSystems), kTestSystems), "raw");
}

TEST(IdentityTest, AFileIsTheSameBeforeAndAfterItIsThere) {
  const auto of = [](const std::string& path) {
    ConnectionSettings settings;
    settings.system = "file";
    settings.fields["path"] = path;
    return identity(settings, FakeEnvironment({}), kTestSystems)["path"].as_string();
  };
  const std::filesystem::path folder = std::filesystem::current_path();
  EXPECT_EQ(of("not-there.csv"), (std::filesystem::canonical(folder) / "not-there.csv").string());
  EXPECT_EQ(of("./x/../not-there.csv"), of("not-there.csv"));
  EXPECT_EQ(of((folder / "not-there.csv").string()), of("not-there.csv"));
  EXPECT_EQ(of("-"), "-");
}

}  // namespace
}  // namespace dpone::connections
