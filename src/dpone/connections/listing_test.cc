#include "dpone/connections/listing.h"

#include <gtest/gtest.h>

#include "dpone/connections/test_environment.h"
#include "dpone/connections/test_systems.h"

namespace dpone::connections {
namespace {

using Names = std::vector<std::string>;

TEST(Listing, TheLongestFieldEndsTheId) {
  const FakeEnvironment environment({{"DPONE_CONN_PG_SRC_URL", "postgresql://me@h/d"},
                                     {"DPONE_CONN_PG_SRC_SSL_MIN_PROTOCOL_VERSION", "TLSv1.2"},
                                     {"DPONE_CONN_MY_HOST_HOST", "h"},
                                     {"DPONE_CONN_MY_HOST_DATABASE", "d"},
                                     {"DPONE_CONN_MY_HOST_USERNAME", "u"},
                                     {"PGHOST", "other"}});
  const Listing listing = list_connections(environment, kTestSystems);
  ASSERT_EQ(listing.connections.size(), 2U);
  EXPECT_EQ(listing.connections[0].id, "my_host");
  EXPECT_EQ(listing.connections[0].variables.size(), 3U);
  EXPECT_FALSE(listing.connections[0].problem);
  EXPECT_EQ(listing.connections[1].id, "pg_src");
  EXPECT_EQ(listing.connections[1].variables,
            (Names{"DPONE_CONN_PG_SRC_SSL_MIN_PROTOCOL_VERSION", "DPONE_CONN_PG_SRC_URL"}));
  EXPECT_TRUE(listing.strays.empty());
}

TEST(Listing, SaysWhatIsMissing) {
  const FakeEnvironment environment({{"DPONE_CONN_SHOP_HOST", "h"}, {"DPONE_CONN_SHOP_USERNAME", "u"}});
  const Listing listing = list_connections(environment, kTestSystems);
  ASSERT_EQ(listing.connections.size(), 1U);
  ASSERT_TRUE(listing.connections[0].problem);
  EXPECT_EQ(listing.connections[0].problem->slug(), "connection.missing_variables");
  EXPECT_EQ(listing.connections[0].problem->message(), "the connection shop lacks DPONE_CONN_SHOP_DATABASE");
}

TEST(Listing, AFieldOfAnotherSystemIsNotRead) {
  const FakeEnvironment environment({{"DPONE_CONN_LOCAL_PATH", "a.db"}, {"DPONE_CONN_LOCAL_HOST", "h"}});
  const Listing listing = list_connections(environment, kTestSystems);
  ASSERT_EQ(listing.connections.size(), 1U);
  EXPECT_EQ(listing.connections[0].system, "sqlite");
  EXPECT_EQ(listing.connections[0].unread, (Names{"DPONE_CONN_LOCAL_HOST"}));
}

TEST(Listing, AVariableOfAUrlsNameIsTakenForItsField) {
  const FakeEnvironment environment({{"DPONE_CONN_W_URL", "postgresql://me@h/d"}, {"OTHER", "x"}});
  const Listing listing = list_connections(environment, kTestSystems);
  const auto nearest = [&](const char* stray) { return nearest_variable(stray, listing, kTestSystems); };
  EXPECT_EQ(nearest("DPONE_CONN_W_USER"), "DPONE_CONN_W_USERNAME");
  EXPECT_EQ(nearest("DPONE_CONN_W2_USER"), "DPONE_CONN_W2_USERNAME");
  EXPECT_EQ(nearest("DPONE_CONN_W2_DBNAME"), "DPONE_CONN_W2_DATABASE");
  EXPECT_EQ(nearest("DPONE_CONN_A_B_PASS"), "DPONE_CONN_A_B_PASSWORD");
  EXPECT_EQ(nearest("DPONE_CONN_W_XYZ"), "");
}

TEST(Listing, AMissingConnectionMayBeAMisspelledOne) {
  const FakeEnvironment environment({{"DPONE_CONN_SHOP_URL", "postgresql://me@h/d"}, {"OTHER", "x"}});
  EXPECT_EQ(nearest_id("shpo", environment, kTestSystems).id, "shop");
  EXPECT_EQ(nearest_id("warehouse", environment, kTestSystems).id, "");
  EXPECT_TRUE(nearest_id("warehouse", environment, kTestSystems).has_others);
  EXPECT_FALSE(nearest_id("shop", environment, kTestSystems).has_others);
  const auto missing = [](const char* slug) { return Error(ErrorClass::kUsage, slug, "it lacks").hint("set it"); };
  EXPECT_EQ(with_nearest_id(missing("connection.missing_variables"), "shpo", environment, kTestSystems).next_step(),
            "did you mean shop? Otherwise set it\n`dpone connections list` shows the connections that are set");
  EXPECT_EQ(with_nearest_id(missing("connection.bad_id"), "shpo", environment, kTestSystems).next_step(), "set it");
}

TEST(Listing, AMisspelledVariableIsAStrayWithItsNearest) {
  const FakeEnvironment environment({{"DPONE_CONN_SHOP_URL", "postgresql://me@h/d"},
                                     {"DPONE_CONN_SHOP_PASWORD", "x"},
                                     {"DPONE_CONN_OTHER_ULR", "x"},
                                     {"DPONE_CONN_URL", "x"}});
  const Listing listing = list_connections(environment, kTestSystems);
  EXPECT_EQ(listing.connections.size(), 1U);
  EXPECT_EQ(listing.strays, (Names{"DPONE_CONN_OTHER_ULR", "DPONE_CONN_SHOP_PASWORD", "DPONE_CONN_URL"}));
  EXPECT_EQ(nearest_variable(listing.strays[0], listing, kTestSystems), "DPONE_CONN_OTHER_URL");
  EXPECT_EQ(nearest_variable(listing.strays[1], listing, kTestSystems), "DPONE_CONN_SHOP_PASSWORD");
}

}  // namespace
}  // namespace dpone::connections
