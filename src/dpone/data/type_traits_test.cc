#include "dpone/data/type_traits.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "dpone/data/type_name.h"

namespace dpone {
namespace {

TEST(TypeTraits, EveryKindIsFoundByItsName) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(kLastTypeKind); ++i) {
    const auto kind = static_cast<TypeKind>(i);
    const TypeTraits& traits = traits_of(kind);
    EXPECT_EQ(traits.kind, kind);
    EXPECT_TRUE(names.insert(traits.name).second) << traits.name;
    EXPECT_EQ(find_type_kind(traits.name), kind);
  }
  EXPECT_FALSE(find_type_kind("nothing"));
}

TEST(TypeTraits, OnlyFixedLayoutsHaveAWidthAndOnlyIntegersHaveDigits) {
  for (int i = 0; i <= static_cast<int>(kLastTypeKind); ++i) {
    const TypeTraits& traits = traits_of(static_cast<TypeKind>(i));
    EXPECT_EQ(traits.width != 0, traits.layout == Layout::kFixed) << traits.name;
    EXPECT_EQ(traits.digits != 0, traits.family == TypeFamily::kInteger) << traits.name;
    EXPECT_TRUE(!traits.has_fraction || traits.family == TypeFamily::kTemporal) << traits.name;
  }
}

}  // namespace
}  // namespace dpone
