#include "dpone/connections/systems.h"

#include <gtest/gtest.h>

#include "dpone/connections/test_systems.h"

namespace dpone::connections {
namespace {

TEST(Systems, AreFoundByNameAndByScheme) {
  EXPECT_EQ(find_system(kTestSystems, "sqlite"), &kTestSystems[1]);
  EXPECT_EQ(find_system(kTestSystems, "oracle"), nullptr);
  EXPECT_EQ(find_system_of_scheme(kTestSystems, "postgresql"), &kTestSystems[0]);
  EXPECT_EQ(find_system_of_scheme(kTestSystems, "oracle"), nullptr);
  EXPECT_EQ(connection_fields(kTestSystems[1]).size(), 2U);
  EXPECT_EQ(scheme_list(kTestSystems), "postgresql://, postgres://, sqlite:, other://");
}

}  // namespace
}  // namespace dpone::connections
