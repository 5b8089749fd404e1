#include "dpone/connectors/postgres/session_start.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace dpone::postgres {
namespace {

ConnectionSettings settings_with(std::map<std::string, std::string, std::less<>> fields) {
  return {"postgres", "dst", std::move(fields), Secret("s3cret")};
}

std::string defaults_of(const Keywords& keywords) {
  std::string out;
  for (const auto& [name, value] : keepalive_defaults(keywords)) out += name + "=" + value + " ";
  return out;
}

TEST(SessionStart, APeerThatIsGoneIsNoticedByDefault) {
  const auto keywords = connection_keywords(settings_with({{"host", "127.0.0.1"}}));
  ASSERT_TRUE(keywords);
  EXPECT_EQ(defaults_of(*keywords),
            "keepalives_idle=15 keepalives_interval=5 keepalives_count=3 tcp_user_timeout=30000 ");
}

TEST(SessionStart, WhatTheUserSaysOfKeepalivesStays) {
  const auto some = connection_keywords(settings_with({{"keepalives_idle", "60"}, {"tcp_user_timeout", "0"}}));
  ASSERT_TRUE(some);
  EXPECT_EQ(defaults_of(*some), "keepalives_interval=5 keepalives_count=3 ");
  const auto none = connection_keywords(settings_with({{"keepalives", "0"}}));
  ASSERT_TRUE(none);
  EXPECT_EQ(defaults_of(*none), "");
}

TEST(SessionStart, WhatAServiceFileSaysOfKeepalivesStays) {
  const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "dpone_pg_service.conf";
  std::ofstream(file) << "[patient]\nhost=127.0.0.1\nkeepalives_idle=600\nkeepalives_count=9\n";
  ::setenv("PGSERVICEFILE", file.c_str(), 1);
  const auto named = connection_keywords(settings_with({{"service", "patient"}}));
  const auto implied = connection_keywords(settings_with({{"database", "d"}}));
  ASSERT_TRUE(named && implied);
  EXPECT_EQ(defaults_of(*named), "keepalives_interval=5 tcp_user_timeout=30000 ");
  ::setenv("PGSERVICE", "patient", 1);
  EXPECT_EQ(defaults_of(*implied), "keepalives_interval=5 tcp_user_timeout=30000 ");
  ::unsetenv("PGSERVICE");
  ::unsetenv("PGSERVICEFILE");
  std::filesystem::remove(file);
}

TEST(SessionStart, AnUnknownSettingIsRefusedWithTheNearest) {
  const auto keywords = connection_keywords(settings_with({{"ssl_mode", "require"}}));
  ASSERT_FALSE(keywords);
  EXPECT_EQ(keywords.error().slug(), "postgres.unknown_setting");
  EXPECT_NE(keywords.error().next_step().find("sslmode"), std::string::npos);
}

TEST(SessionStart, ASettingIsSentOnlyToAServerThatKnowsIt) {
  for (const SessionRole role : {SessionRole::kSource, SessionRole::kSink}) {
    const auto has = [&](int version, const char* setting) {
      return session_settings(settings_with({}), role, version).find(setting) != std::string::npos;
    };
    EXPECT_FALSE(has(130000, "idle_session_timeout"));
    EXPECT_TRUE(has(140000, "SET idle_session_timeout = 0;"));
    EXPECT_FALSE(has(160000, "SET transaction_timeout"));
    EXPECT_TRUE(has(170000, "SET transaction_timeout = 0;"));
    // Whatever the role has as its defaults.
    EXPECT_TRUE(has(120000, "SET default_transaction_isolation = 'read committed';"));
    EXPECT_TRUE(has(120000, "SET default_transaction_deferrable = off;"));
  }
}

}  // namespace
}  // namespace dpone::postgres
