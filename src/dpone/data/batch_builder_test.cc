#include "dpone/data/batch_builder.h"

#include <gtest/gtest.h>

#include "dpone/data/value_text.h"

namespace dpone {
namespace {

DataType simple(TypeKind kind) { return {kind, 0, 0, 0, false, nullptr}; }
DataType array(TypeKind kind) {
  return {TypeKind::kArray, 0, 0, 0, false, std::make_shared<const DataType>(simple(kind))};
}
std::string text_at(const Column& column, std::int64_t row) {
  std::string out;
  append_value_text(column, row, out);
  return out;
}

TEST(BatchBuilderTest, BuildsEveryLayoutAndStartsAnew) {
  BatchBuilder builder({{"b", simple(TypeKind::kBool), true},
                        {"n", simple(TypeKind::kInt32), true},
                        {"t", simple(TypeKind::kText), true},
                        {"a", array(TypeKind::kInt32), true}});
  for (int round = 0; round < 2; ++round) {
    builder.reserve(20);
    for (int i = 0; i < 20; ++i) {
      builder.column(0).append_bool(i % 2 == 0);
      if (i == 9) {
        builder.column(1).append_null();
        builder.column(2).append_null();
        builder.column(3).append_null();
        continue;
      }
      builder.column(1).append(i);
      builder.column(2).append_bytes(std::to_string(i));
      for (int j = 0; j < i; ++j) builder.column(3).child().append(j);
      builder.column(3).close_list();
    }
    auto batch = builder.finish();
    ASSERT_TRUE(batch) << batch.error().to_line();
    EXPECT_EQ(batch->num_rows(), 20);
    EXPECT_TRUE(batch->column(0).bool_at(18));
    EXPECT_EQ(batch->column(1).null_count(), 1);
    EXPECT_TRUE(batch->column(2).is_null(9));
    EXPECT_EQ(batch->column(2).bytes_at(10), "10");
    EXPECT_EQ(text_at(batch->column(3), 3), "{0,1,2}");
    EXPECT_GT(batch->memory_bytes(), 0);
  }
}

TEST(BatchBuilderTest, FinishRefusesWhatDoesNotHoldTogether) {
  BatchBuilder uneven({{"a", simple(TypeKind::kInt32), true}, {"b", simple(TypeKind::kInt32), true}});
  uneven.column(0).append(1);
  EXPECT_EQ(uneven.finish().error().slug(), "batch.invalid");
  BatchBuilder strict({{"a", simple(TypeKind::kInt32), false}});
  strict.column(0).append_null();
  const auto batch = strict.finish();
  ASSERT_FALSE(batch);
  EXPECT_EQ(batch.error().context_value("column"), "a");
  BatchBuilder shaped({{"a", array(TypeKind::kInt32), true}});
  shaped.column(0).child().append(1);
  const ArrayDimension wrong[] = {{2, 1}, {2, 1}};
  shaped.column(0).close_list(wrong);
  EXPECT_EQ(shaped.finish().error().slug(), "batch.invalid");
  BatchBuilder network({{"a", simple(TypeKind::kInet), true}});
  network.column(0).append_bytes("abc");
  EXPECT_EQ(network.finish().error().slug(), "batch.invalid");
}

TEST(BatchBuilderTest, RowsWithoutColumnsHaveANumber) {
  BatchBuilder builder({});
  auto batch = builder.finish(3);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->num_rows(), 3);
  EXPECT_EQ(Batch().num_rows(), 0);
}

TEST(BatchBuilderTest, ShapesAreKeptOnlyWhereTheyAreUnusual) {
  ColumnBuilder builder(array(TypeKind::kInt32));
  const auto add = [&](int elements, std::vector<ArrayDimension> shape) {
    for (int i = 0; i < elements; ++i) builder.child().append(i);
    builder.close_list(shape);
  };
  add(2, {{2, 1}});
  add(0, {});
  add(2, {{2, 0}});
  add(4, {{2, 1}, {2, 1}});
  builder.append_null();
  add(1, {});
  auto column = builder.finish();
  ASSERT_TRUE(column) << column.error().to_line();
  EXPECT_TRUE(column->shape_at(0).empty());
  EXPECT_EQ(text_at(*column, 0), "{0,1}");
  EXPECT_EQ(text_at(*column, 1), "{}");
  EXPECT_EQ(text_at(*column, 2), "[0:1]={0,1}");
  EXPECT_EQ(text_at(*column, 3), "{{0,1},{2,3}}");
  EXPECT_EQ(text_at(*column, 5), "{0}");
}

TEST(BatchBuilderTest, TruncateTakesBackRowsNullsAndElements) {
  ColumnBuilder builder(array(TypeKind::kText));
  builder.child().append_bytes("a");
  builder.close_list();
  builder.append_null();
  builder.child().append_bytes("bb");
  const ArrayDimension from_zero[] = {{1, 0}};
  builder.close_list(from_zero);
  builder.truncate(1);
  builder.child().append_bytes("c");
  builder.close_list();
  auto column = builder.finish();
  ASSERT_TRUE(column) << column.error().to_line();
  EXPECT_EQ(column->length(), 2);
  EXPECT_EQ(column->null_count(), 0);
  EXPECT_EQ(text_at(*column, 1), "{c}");
}

TEST(BatchTest, EqualityLooksAtValuesNotBuffers) {
  ColumnBuilder a(simple(TypeKind::kInt32));
  ColumnBuilder b(simple(TypeKind::kInt32));
  a.append(1);
  a.append_null();
  b.append(1);
  b.append_null();
  const Column first = a.release();
  EXPECT_TRUE(first == b.release());
  b.append(1);
  b.append(0);
  EXPECT_FALSE(first == b.release());
}

}  // namespace
}  // namespace dpone
