// Batches through real files: what BatchTable writes, the row reader gives back.
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>

#include "dpone/base/clock.h"
#include "dpone/connectors/sqlite/batch_table.h"
#include "dpone/connectors/sqlite/database.h"
#include "dpone/connectors/sqlite/dialect.h"
#include "dpone/connectors/sqlite/native_facts.h"
#include "dpone/connectors/sqlite/row_reader.h"
#include "dpone/connectors/sqlite/types.h"
#include "dpone/data/batch_builder.h"
#include "dpone/data/value_parse.h"

namespace dpone::sqlite {
namespace {

class QuietLogger final : public Logger {
 public:
  void log(LogLevel, std::string_view) override {}
};

DataType of(TypeKind kind, int precision = 0, int scale = 0) {
  DataType type;
  type.kind = kind;
  type.precision = precision;
  type.scale = scale;
  return type;
}

class RoundTrip : public testing::Test {
 protected:
  void SetUp() override {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    file_ = std::filesystem::path(testing::TempDir()) / ("dpone_" + name + std::to_string(::getpid()) + ".db");
    std::filesystem::remove(file_);
    context_.clock = &clock_;
    context_.logger = &logger_;
    auto opened = Database::open(file_, OpenMode::kCreate, std::chrono::milliseconds(100), context_);
    ASSERT_TRUE(opened);
    database_ = std::move(*opened);
  }
  void TearDown() override {
    database_.reset();
    std::filesystem::remove(file_);
  }

  // A table of one column `v`; texts are read as values of `from`, "-" is NULL.
  Status write(const DataType& from, const DataType& to, const std::vector<std::string>& texts, bool is_checked = false,
               bool is_nullable = true) {
    ColumnPolicy column;
    column.name = column.sink_name = "v";
    column.type = from;
    column.sink_type = to;
    column.is_nullable = is_nullable;
    column.fidelity = is_checked ? Fidelity::kChecked : Fidelity::kReversible;
    DPONE_CHECK(database_->execute("DROP TABLE IF EXISTS t; CREATE TABLE t (v " +
                                   std::string(to_string(storage_of(to))) + ") STRICT"));
    BatchBuilder builder({{"v", from, true}});
    for (const std::string& text : texts) {
      if (text == "-") {
        builder.column(0).append_null();
      } else {
        EXPECT_EQ(append_parsed_value(text, builder.column(0)), nullptr) << text;
      }
    }
    DPONE_TRY(batch_, builder.finish());
    DPONE_TRY(const auto table,
              BatchTable::create(*database_, {column}, "INSERT OR ABORT INTO t (v) SELECT c0 FROM __dpone_batch", ""));
    // In two parts, the second of which does not begin the batch.
    const std::int64_t half = batch_.num_rows() / 2;
    DPONE_CHECK(table->insert(batch_, 0, half, 100));
    return table->insert(batch_, half, batch_.num_rows(), 100);
  }

  Result<Batch> read(const DataType& type) {
    ReadTask task;
    task.source.native = NativeSource();
    ColumnPolicy column;
    column.name = "v";
    column.type = type;
    task.columns.push_back(column);
    task.source.relation = "t";
    DPONE_TRY(const auto reader, make_row_reader(*database_, task, "SELECT v FROM t ORDER BY rowid", context_));
    DPONE_TRY(std::optional<Batch> batch, reader->next());
    DPONE_CHECK(batch->validate());
    DPONE_TRY(const std::optional<Batch> end, reader->next());
    EXPECT_FALSE(end);
    return *std::move(batch);
  }

  std::string stored() {
    std::string out;
    auto query = database_->prepare("SELECT typeof(v), v FROM t ORDER BY rowid");
    while (*query->step()) {
      out += (out.empty() ? "" : " ") + std::string(query->text(0)) + ":" + std::string(query->text(1));
    }
    return out;
  }

  SystemClock clock_;
  QuietLogger logger_;
  RunContext context_;
  std::filesystem::path file_;
  std::unique_ptr<Database> database_;
  Batch batch_;
};

TEST_F(RoundTrip, EveryKindComesBackAsItWas) {
  DataType array = of(TypeKind::kArray);
  array.element = std::make_shared<const DataType>(of(TypeKind::kNumeric));
  DataType interval = of(TypeKind::kInterval, 0, 6);
  interval.has_infinity = true;
  const std::pair<DataType, std::vector<std::string>> cases[] = {
      {of(TypeKind::kBool), {"t", "f", "-"}},
      {of(TypeKind::kInt16), {"-32768", "-", "32767"}},
      {of(TypeKind::kInt32), {"-2147483648", "2147483647"}},
      {of(TypeKind::kInt64), {"-9223372036854775808", "9223372036854775807", "0"}},
      {of(TypeKind::kUInt32), {"0", "4294967295"}},
      {of(TypeKind::kUInt64), {"0", "18446744073709551615"}},
      {of(TypeKind::kLsn), {"16/B374D848", "0/0"}},
      {of(TypeKind::kFloat32), {"0.1", "3.4028235e+38", "Infinity", "-"}},
      {of(TypeKind::kFloat64), {"0.1", "5e-324", "-Infinity", "9007199254740993", "1"}},
      {of(TypeKind::kDecimal, 38, 18), {"-12345678901234567890.123456789012345678", "NaN", "0.000000000000000001"}},
      {of(TypeKind::kNumeric), {"1.10", "NaN", "100000000000000000000000000000000000000000.5", "-Infinity"}},
      {of(TypeKind::kMoney), {"-12.34", "0.00"}},
      {of(TypeKind::kDate), {"2024-02-29", "infinity", "4713-01-01 BC", "5874897-12-31"}},
      {of(TypeKind::kTime, 0, 6), {"24:00:00", "00:00:00.000001"}},
      {of(TypeKind::kTimeTz, 0, 6), {"10:00:00-03:30", "24:00:00+15:59"}},
      {of(TypeKind::kTimestamp, 0, 6), {"294276-12-31 23:59:59.999999", "0001-01-01 00:00:00 BC", "-infinity"}},
      {of(TypeKind::kTimestampTz, 0, 6), {"2024-03-10 10:30:00.123456+00", "-"}},
      {interval, {"1 year 2 mons -3 days 04:05:06.789", "infinity", "00:00:00"}},
      {of(TypeKind::kText), {"", "a", std::string("nul\0in", 6), "\xF0\x9F\x98\x80", "-"}},
      {of(TypeKind::kBytes), {"\\x", "\\x00ff", "-"}},
      {of(TypeKind::kUuid), {"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"}},
      {of(TypeKind::kJson), {"{\"b\": 1,  \"a\":2}", "null"}},
      {of(TypeKind::kJsonb), {"{\"a\": 2}"}},
      {of(TypeKind::kInet), {"10.0.0.1", "10.0.0.1/24", "::1"}},
      {of(TypeKind::kCidr), {"10.0.0.0/8"}},
      {of(TypeKind::kMacaddr), {"08:00:2b:01:02:03"}},
      {of(TypeKind::kMacaddr8), {"08:00:2b:01:02:03:04:05"}},
      {of(TypeKind::kBit), {"101", ""}},
      {of(TypeKind::kChar1), {"a", "\\377", ""}},
      {of(TypeKind::kEnum), {"happy"}},
      {array, {"{}", "{1.50,NULL}", "[0:1]={1,2}", "{{1,2},{3,4}}"}},
  };
  for (const auto& [type, texts] : cases) {
    const Status written = write(type, type, texts);
    ASSERT_TRUE(written) << type.to_string() << ": " << written.error().to_line();
    const auto back = read(type);
    ASSERT_TRUE(back) << type.to_string() << ": " << back.error().to_line();
    EXPECT_TRUE(*back == batch_) << type.to_string() << ": " << stored();
  }
}

TEST_F(RoundTrip, EqualNumbersOfOneScaleAreStoredEqually) {
  ASSERT_TRUE(write(of(TypeKind::kInt32), of(TypeKind::kDecimal, 12, 2), {"5", "-7"}));
  EXPECT_EQ(stored(), "text:5.00 text:-7.00");
  ASSERT_TRUE(write(of(TypeKind::kDecimal, 6, 1), of(TypeKind::kDecimal, 12, 2), {"5.5"}));
  EXPECT_EQ(stored(), "text:5.50");
  ASSERT_TRUE(write(of(TypeKind::kNumeric), of(TypeKind::kDecimal, 12, 2), {"5.5", "5"}, true));
  EXPECT_EQ(stored(), "text:5.50 text:5.00");
}

TEST_F(RoundTrip, AValueThatDoesNotFitIsNamedWithItsRow) {
  const Status narrow = write(of(TypeKind::kInt64), of(TypeKind::kInt16), {"1", "2", "40000"}, true);
  ASSERT_FALSE(narrow);
  EXPECT_EQ(narrow.error().slug(), "value.does_not_fit");
  EXPECT_EQ(narrow.error().context_value("row"), "103");
  EXPECT_EQ(narrow.error().context_value("column"), "v");
  for (const char* text : {"NaN", "-0"}) {
    const Status changed = write(of(TypeKind::kFloat64), of(TypeKind::kFloat64), {"1", text});
    ASSERT_FALSE(changed) << text;
    EXPECT_EQ(changed.error().slug(), "value.does_not_fit");
    EXPECT_EQ(changed.error().context_value("row"), "102");
  }
  const Status null = write(of(TypeKind::kInt64), of(TypeKind::kInt64), {"1", "-"}, false, false);
  ASSERT_FALSE(null);
  EXPECT_EQ(null.error().slug(), "value.null");
}

TEST_F(RoundTrip, NullsUnderGarbageAreNoValues) {
  ASSERT_TRUE(write(of(TypeKind::kFloat64), of(TypeKind::kFloat64), {"-", "1.5", "-"}));
  EXPECT_EQ(stored(), "null: real:1.5 null:");
}

TEST_F(RoundTrip, ATableOfTheBatchEndsWithItsWriter) {
  ASSERT_TRUE(write(of(TypeKind::kInt64), of(TypeKind::kInt64), {"1"}));
  EXPECT_FALSE(database_->prepare("SELECT * FROM __dpone_batch"));
}

TEST_F(RoundTrip, AStopEndsWhatIsNotShielded) {
  std::stop_source stop;
  context_.stop = stop.get_token();
  auto opened = Database::open(file_, OpenMode::kWrite, std::chrono::milliseconds(100), context_);
  ASSERT_TRUE(opened);
  stop.request_stop();
  const Status stopped = (*opened)->execute("CREATE TABLE x (a)");
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().error_class(), ErrorClass::kInterrupted);
  Shield shield(**opened);
  EXPECT_TRUE((*opened)->execute("CREATE TABLE x (a)"));
}

TEST_F(RoundTrip, WhatFollowsAStatementIsRefused) {
  EXPECT_TRUE(database_->prepare("SELECT 1; "));
  const auto two = database_->prepare("SELECT 1; DROP TABLE t");
  ASSERT_FALSE(two);
  EXPECT_EQ(two.error().slug(), "sqlite.two_statements");
}

}  // namespace
}  // namespace dpone::sqlite
