#include "dpone/data/first_rows.h"

#include <gtest/gtest.h>

#include "dpone/data/batch_builder.h"
#include "dpone/data/value_parse.h"

namespace dpone {
namespace {

DataType of(TypeKind kind) {
  DataType type;
  type.kind = kind;
  return type;
}

TEST(FirstRowsTest, TakesEveryLayoutWithItsNulls) {
  DataType array = of(TypeKind::kArray);
  array.element = std::make_shared<const DataType>(of(TypeKind::kInt32));
  const Schema schema = {
      {"b", of(TypeKind::kBool)}, {"i", of(TypeKind::kInt64)}, {"t", of(TypeKind::kText)}, {"a", array}};
  const auto batch_of = [&](int rows) {
    BatchBuilder builder(schema);
    const char* const kValues[4][3] = {
        {"t", "f", "t"}, {"1", "-2", "3"}, {"ab", "", "c"}, {"{1,NULL}", "{}", "{{1},{2}}"}};
    for (int row = 0; row < rows; ++row) {
      for (int i = 0; i < 4; ++i) {
        if ((row + i) % 5 == 0) {
          builder.column(i).append_null();
        } else {
          EXPECT_EQ(append_parsed_value(kValues[i][row % 3], builder.column(i)), nullptr);
        }
      }
    }
    return *builder.finish();
  };
  const Batch all = batch_of(20);
  for (const int rows : {0, 1, 7, 8, 19, 20}) {
    const Batch first = first_rows(all, rows);
    ASSERT_TRUE(first.validate()) << rows;
    EXPECT_TRUE(first == batch_of(rows)) << rows;
  }
}

}  // namespace
}  // namespace dpone
