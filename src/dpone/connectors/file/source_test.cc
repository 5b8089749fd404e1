#include "dpone/connectors/file/source.h"

#include "dpone/connectors/file/test_support.h"
#include "dpone/data/value_text.h"

namespace dpone::file {
namespace {

class FileSourceTest : public FolderTest {
 protected:
  FileSourceTest() { settings_.sample_rows = 100'000; }

  Result<SourceFacts> describe(const std::string& path) {
    settings_.path = path;
    settings_.format.name = "csv";
    auto source = make_source(settings_, context_);
    if (!source) return std::move(source).error();
    source_ = std::move(*source);
    return source_->describe();
  }

  // `name type` of every column, or the slug of the error.
  std::string columns(const std::string& path) {
    const auto facts = describe(path);
    if (!facts) return facts.error().slug();
    std::string text;
    for (const SourceColumn& column : facts->columns) {
      text += (text.empty() ? "" : ", ") + column.name + " " + column.native_type;
    }
    return text;
  }

  Result<std::unique_ptr<Snapshot>> open(const SourceFacts& facts) {
    ReadTask task;
    task.source = facts;
    return source_->open_snapshot(task);
  }

  // All rows as text, or the error.
  Result<std::string> rows(const std::string& path) {
    DPONE_TRY(const SourceFacts facts, describe(path));
    ReadTask task;
    task.source = facts;
    for (const SourceColumn& column : facts.columns) {
      ColumnPolicy policy;
      policy.name = policy.sink_name = column.name;
      policy.type = policy.sink_type = column.type;
      task.columns.push_back(policy);
    }
    DPONE_TRY(const auto snapshot, source_->open_snapshot(task));
    DPONE_TRY(const auto reader, snapshot->open({}, task));
    std::string text;
    while (true) {
      DPONE_TRY(const auto batch, reader->next());
      if (!batch) break;
      for (std::int64_t row = 0; row < batch->num_rows(); ++row) {
        for (const Column& column : batch->columns()) {
          if (column.is_null(row)) text += "NULL";
          if (!column.is_null(row)) append_value_text(column, row, text);
          text += '|';
        }
        text += '\n';
      }
    }
    DPONE_TRY(summary_, reader->finish());
    return text;
  }

  SourceSettings settings_;
  std::unique_ptr<Source> source_;
  ReadSummary summary_;
};

TEST_F(FileSourceTest, TypesComeOfTheValues) {
  EXPECT_EQ(columns(write("a.csv", "id,zip,price\n1,007,1.50\n2,010,\n")), "id bigint, zip text, price numeric(18,2)");
  settings_.infers = false;
  EXPECT_EQ(columns(path("a.csv")), "id text, zip text, price text");
  DataType date;
  date.kind = TypeKind::kDate;
  settings_.types = {{"id", date}};
  EXPECT_EQ(columns(path("a.csv")), "id date, zip text, price text");
  EXPECT_FALSE(describe(path("a.csv"))->columns[0].is_inferred);
  settings_.types = {{"idd", date}};
  EXPECT_EQ(columns(path("a.csv")), "source.no_column");
}

TEST_F(FileSourceTest, HeadersThatCannotBe) {
  EXPECT_EQ(columns(write("a.csv", "")), "file.no_header");
  EXPECT_EQ(columns(write("a.csv", "\xEF\xBB\xBF")), "file.no_header");
  EXPECT_EQ(columns(write("a.csv", "id,id\n")), "file.bad_header");
  EXPECT_EQ(columns(write("a.csv", "id,\n")), "file.bad_header");
  EXPECT_EQ(columns(write("a.csv", "\n1\n")), "file.bad_header");
  EXPECT_EQ(columns(write("a.csv", "id,\"no\nte\"\n")), "file.bad_header");
  EXPECT_EQ(columns(write("a.csv", "id,\"note\n1,2\n")), "delimited.unclosed_quote");
  EXPECT_EQ(columns(write("a.csv", std::string("id,n\0te\n", 8))), "delimited.zero_byte");
  EXPECT_EQ(columns(write("a.csv", "id,n\xFFte\n")), "delimited.encoding");
  EXPECT_EQ(columns(write("a.csv", "\xFF\xFEi\0d\0")), "delimited.encoding");
  EXPECT_EQ(columns(write("a.csv", std::string(2 << 20, 'x'))), "file.bad_header");
  EXPECT_EQ(columns(write("a.csv", "id,note")), "id text, note text");
  EXPECT_EQ(columns(write("a.csv", "\xEF\xBB\xBFid,note\r\n1,a\r\n")), "id bigint, note text");
  EXPECT_EQ(columns(path("")), "file.is_directory");
  EXPECT_EQ(columns(path("none.csv")), "file.not_found");
  EXPECT_EQ(columns(path("none*.csv")), "file.not_found");
  settings_.format.has_header = false;
  EXPECT_EQ(columns(write("a.csv", "1,a\n2,b\n")), "column_1 bigint, column_2 text");
  EXPECT_EQ(columns(write("a.csv", "")), "file.no_header");
}

TEST_F(FileSourceTest, FilesOfAPatternComeInTheOrderOfTheirNames) {
  write("b.csv", "id,note\n2,b\n");
  write("a.csv", "id,note\n1,a");
  write(".hidden.csv", "id,note\n3,c\n");
  EXPECT_EQ(*rows(path("*.csv")), "1|a|\n2|b|\n");
  EXPECT_EQ(summary_.rows_counted, 2);
  EXPECT_EQ(summary_.rows_counted, 2);
  EXPECT_FALSE(summary_.rows_reported) << "a file counts nothing by itself";
  write("c.csv", "id,notes\n1,a\n");
  const auto differs = describe(path("*.csv"));
  ASSERT_FALSE(differs);
  EXPECT_EQ(differs.error().slug(), "file.header_differs");
  EXPECT_EQ(differs.error().context_value("file"), path("c.csv"));
  write("[x].csv", "id\n9\n");
  EXPECT_EQ(*rows(path("[x].csv")), "9|\n") << "a file of that very name";
}

TEST_F(FileSourceTest, RowsAreCountedAFile) {
  write("a.csv", "id\n1\n2\n");
  std::string text = "id\n";
  for (int i = 0; i < 200; ++i) text += std::to_string(i) + "\n";
  write("b.csv", text + "x\n");
  settings_.sample_rows = 10;
  const auto read = rows(path("*.csv"));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().slug(), "delimited.value");
  EXPECT_EQ(read.error().context_value("file"), path("b.csv"));
  EXPECT_EQ(read.error().context_value("row"), "201");
  EXPECT_EQ(read.error().context_value("column"), "id");
  EXPECT_NE(read.error().next_step().find("--type 'id=text'"), std::string::npos);
}

TEST_F(FileSourceTest, WrongRowsGoToAFile) {
  std::string text = "id,note\n";
  for (int i = 0; i < 100; ++i) text += std::to_string(i) + ",ok\n";
  const std::string file = write("a.csv", text + "x,\"bad \"\"one\"\"\"\r\n7\n8,good\n");
  settings_.sample_rows = 10;
  settings_.reject_path = path("rejects.csv");
  const auto read = rows(file);
  ASSERT_TRUE(read) << read.error().to_line();
  EXPECT_TRUE(read->ends_with("99|ok|\n8|good|\n"));
  EXPECT_EQ(summary_.rows_rejected, 2);
  EXPECT_EQ(summary_.rows_counted, 101);
  EXPECT_EQ(summary_.rows_counted, 101);
  EXPECT_FALSE(summary_.rows_reported) << "a file counts nothing by itself";
  settings_.reject_path.clear();
  const auto back = rows(path("rejects.csv"));
  ASSERT_TRUE(back) << back.error().to_line();
  EXPECT_EQ(
      *back,
      file +
          "|101|102|delimited.value|id|the value 'x' does not have its column's type: bigint|x,\"bad \"\"one\"\"\"|\n" +
          file + "|102|103|delimited.field_count||a row has 1 fields instead of 2|7|\n");
}

TEST_F(FileSourceTest, AChangeSinceThePlanIsNoticed) {
  const std::string file = write("a.csv", "id\n1\n");
  const auto facts = describe(file);
  ASSERT_TRUE(facts);
  ASSERT_TRUE(open(*facts));
  write("a.csv", "id\n1\n2\n");
  EXPECT_EQ(open(*facts).error().slug(), "source.changed");
  const auto set = describe(path("*.csv"));
  write("b.csv", "id\n1\n");
  EXPECT_EQ(open(*set).error().slug(), "source.changed");
}

TEST_F(FileSourceTest, ALimitEndsTheRead) {
  std::string text = "id,list\n";
  for (int i = 0; i < 5000; ++i) text += std::to_string(i) + ",\"{1,2}\"\n";
  write("a.csv", text);
  DataType element;
  element.kind = TypeKind::kInt32;
  DataType array;
  array.kind = TypeKind::kArray;
  array.element = std::make_shared<const DataType>(element);
  settings_.types = {{"list", array}};
  settings_.limit = 1500;
  const auto read = rows(path("a.csv"));
  ASSERT_TRUE(read) << read.error().to_line();
  EXPECT_EQ(std::count(read->begin(), read->end(), '\n'), 1500);
  EXPECT_TRUE(read->ends_with("1499|{1,2}|\n"));
  EXPECT_EQ(summary_.rows_counted, 1500);
  EXPECT_FALSE(summary_.rows_reported) << "a file counts nothing by itself";
  settings_.limit = 0;
  EXPECT_EQ(*rows(path("a.csv")), "");
}

TEST_F(FileSourceTest, TheSampleIsNotCutInsideARow) {
  // The last row of the sample is cut: `2024-01-0` is not a date.
  std::string text = "day\n";
  for (int i = 0; i < 1'000'000; ++i) text += "2024-01-02\n";
  EXPECT_EQ(columns(write("a.csv", text)), "day date");
  const auto facts = describe(path("a.csv"));
  EXPECT_NEAR(static_cast<double>(*facts->estimated_rows), 1e6, 1e4);
}

TEST_F(FileSourceTest, TakesNoQueryThatAnAdviceCouldName) {
  EXPECT_FALSE(describe(write("a.csv", "id\n1\n"))->takes_query);
}

TEST_F(FileSourceTest, TheTargetIsNotAmongTheFiles) {
  settings_.target_path = write("all.csv", "id\n1\n");
  write("a.csv", "id\n1\n");
  EXPECT_EQ(columns(path("*.csv")), "route.same_table");
  EXPECT_EQ(columns(path("a.csv")), "id bigint");
}

}  // namespace
}  // namespace dpone::file
