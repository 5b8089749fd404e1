#include "dpone/connections/url.h"

#include <gtest/gtest.h>

#include "dpone/connections/test_systems.h"

namespace dpone::connections {
namespace {

ConnectionSettings parsed(std::string_view url) {
  Result<ConnectionSettings> settings = parse_url(url, "src", kTestSystems);
  EXPECT_TRUE(settings) << url << ": " << settings.error().to_line();
  return settings ? *std::move(settings) : ConnectionSettings{};
}

std::string slug_of(std::string_view url) {
  const Result<ConnectionSettings> settings = parse_url(url, "src", kTestSystems);
  EXPECT_FALSE(settings) << url;
  if (settings) return {};
  EXPECT_EQ(settings.error().exit_code(), 2);
  return settings.error().slug();
}

TEST(Url, ReadsEveryPart) {
  const ConnectionSettings settings =
      parsed("postgresql://us%40er:p%3Aw%2Fd@db.example.org:5433/sh%20op?sslmode=require");
  EXPECT_EQ(settings.system, "postgres");
  EXPECT_EQ(settings.id, "src");
  EXPECT_EQ(settings.field("username"), "us@er");
  EXPECT_EQ(settings.password.reveal(), "p:w/d");
  EXPECT_EQ(settings.field("host"), "db.example.org");
  EXPECT_EQ(settings.field("port"), "5433");
  EXPECT_EQ(settings.field("database"), "sh op");
  EXPECT_EQ(settings.field("sslmode"), "require");
  EXPECT_EQ(settings.fields.size(), 5U);
}

TEST(Url, ReadsWhatLibpqReads) {
  EXPECT_EQ(parsed("postgres://").fields.size(), 0U);
  EXPECT_EQ(parsed("POSTGRES://h").field("host"), "h");
  EXPECT_EQ(parsed("postgresql:///db").field("database"), "db");
  EXPECT_EQ(parsed("postgresql://[2001:db8::1]:5433/db").field("host"), "2001:db8::1");
  EXPECT_EQ(parsed("postgresql://[::1]/db").field("port"), "");
  EXPECT_EQ(parsed("postgresql://a:1,b:2,c/db").field("host"), "a,b,c");
  EXPECT_EQ(parsed("postgresql://a:1,b:2,c/db").field("port"), "1,2,");
  EXPECT_EQ(parsed("postgresql://%2Fvar%2Frun%2Fpostgresql/db").field("host"), "/var/run/postgresql");
  EXPECT_EQ(parsed("postgresql:///db?host=/tmp&port=5433").field("host"), "/tmp");
  EXPECT_EQ(parsed("postgresql://?service=shop").field("service"), "shop");
  const ConnectionSettings query = parsed("postgresql://h?user=u&password=s%26t&dbname=d");
  EXPECT_EQ(query.field("username"), "u");
  EXPECT_EQ(query.password.reveal(), "s&t");
  EXPECT_EQ(query.field("database"), "d");
  EXPECT_EQ(parsed("postgresql://u:a@b@h/db").password.reveal(), "a@b") << "the last @ ends the user part";
}

TEST(Url, RefusesWhatIsMalformed) {
  for (const char* url : {"postgresql:db",
                          "postgresql:/db",
                          "postgresql://h:0/d",
                          "postgresql://h:65536/d",
                          "postgresql://h:005433/d",
                          "postgresql://h:5x/d",
                          "postgresql://[::1/d",
                          "postgresql://[]/d",
                          "postgresql://[::1]x/d",
                          "postgresql://h/%zz",
                          "postgresql://h/%4",
                          "postgresql://h/a%00b",
                          "postgresql://h/a b",
                          "postgresql://h/d#f",
                          "postgresql://h/d?sslmode",
                          "postgresql://u:p@h/d?password=q",
                          "postgresql://u:p@s/w@h/d",
                          "postgresql://u:12/w@h/d",
                          "postgresql://u:p@s?w=x@h/d",
                          "sqlite:postgresql://u:p@h/d"}) {
    EXPECT_EQ(slug_of(url), "url.malformed") << url;
  }
  EXPECT_EQ(slug_of("postgresql://h/d?sslmod=require"), "url.unknown_parameter");
  EXPECT_EQ(slug_of("postgresql://h/d?port=x"), "connection.bad_value");
  EXPECT_EQ(slug_of("postgresql://h/d?host=g"), "url.repeated_parameter");
  EXPECT_EQ(slug_of("postgresql://h/d?sslpassword=x"), "url.secret_parameter");
}

TEST(Url, AnUnknownSchemeNamesTheKnownOnes) {
  const Result<ConnectionSettings> settings = parse_url("postgresq://u:hunter2@h/d", "src", kTestSystems);
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().slug(), "url.unknown_scheme");
  EXPECT_EQ(settings.error().message(),
            "postgresq: is not a URL scheme that this build knows; did you mean postgresql://?");
  EXPECT_EQ(settings.error().next_step(), "use one of postgresql://, postgres://, sqlite:, other://");
}

TEST(Url, NoMessageRepeatsThePassword) {
  for (const char* url :
       {"mysql://u:hunter2@h/d", "postgresql://u:hunter2@h:x/d", "postgresql://u:hunter2%zz@h/d",
        "postgresql://u:hunter2@h/d?hunter=hunter2", "postgresql://u:hunter2 @h/d", "postgresql://u:p@hunter2/w@h/d",
        "postgresql://u:p@h/hunter2@h/d", "postgresql://u:p@s?hunter2=x@h/d", "sqlite:postgresql://u:hunter2@h/d"}) {
    const Result<ConnectionSettings> settings = parse_url(url, "src", kTestSystems);
    ASSERT_FALSE(settings);
    const std::string said = settings.error().to_line() + settings.error().next_step();
    EXPECT_EQ(said.find("hunter2"), std::string::npos) << said;
  }
}

TEST(Url, ThePasswordWithAnAtAndASlashNeedsPercentSigns) {
  const Result<ConnectionSettings> settings = parse_url("postgresql://u:p@s/w@h/d", "src", kTestSystems);
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().next_step(),
            "write special characters of the password as %XX: / as %2F, ? as %3F, @ as %40");
  EXPECT_EQ(parsed("postgresql://u:p%40s%2Fw@h/d%40e").field("database"), "d@e");
  EXPECT_EQ(parsed("postgresql://h/d?user=me@corp").field("username"), "me@corp");
}

TEST(Url, RedactedFormReadsBackButForTheSecret) {
  for (const char* url :
       {"postgresql://u:***@h:5433/d?sslmode=require", "postgresql://h/d", "postgresql://[::1]:5433/d",
        "postgresql://a:1,b:2/d", "postgresql://%2Ftmp/d", "postgresql://u%40x@h/"}) {
    EXPECT_EQ(redacted_url(parsed(url), kTestSystems), url);
  }
  EXPECT_EQ(redacted_url(parsed("postgresql://u:hunter2@h/d"), kTestSystems), "postgresql://u:***@h/d");
}

TEST(EndpointArgument, FollowsOneRule) {
  const auto kind = [](std::string_view text) { return parse_endpoint_argument(text, kTestSystems)->kind; };
  EXPECT_EQ(kind("postgresql://h/d"), EndpointKind::kUrl);
  EXPECT_EQ(kind("-"), EndpointKind::kStream);
  EXPECT_EQ(kind("out/orders"), EndpointKind::kPath);
  EXPECT_EQ(kind("orders.csv"), EndpointKind::kPath);
  EXPECT_EQ(kind("/tmp/x"), EndpointKind::kPath);
  EXPECT_EQ(kind("pg_src"), EndpointKind::kConnectionId);
  EXPECT_EQ(parse_endpoint_argument("postgres://h", kTestSystems)->system, "postgres");
  EXPECT_EQ(parse_endpoint_argument("", kTestSystems).error().slug(), "endpoint.empty");
  EXPECT_EQ(parse_endpoint_argument("a b", kTestSystems).error().slug(), "connection.bad_id");
  EXPECT_EQ(parse_endpoint_argument("mysql://u:pw@h", kTestSystems).error().slug(), "url.unknown_scheme");
  EXPECT_EQ(parse_endpoint_argument("mysql://u:pw@h", kTestSystems).error().message().find("pw"), std::string::npos);
}

TEST(EndpointArgument, ThePasswordWarningNamesTheOtherWays) {
  const std::string warning = password_in_url_warning("--from");
  for (const char* way : {"DPONE_CONN_SHOP_URL", "~/.pgpass", "use --from shop"}) {
    EXPECT_NE(warning.find(way), std::string::npos) << way;
  }
}

}  // namespace
}  // namespace dpone::connections
