#include "dpone/connectors/postgres/copy_error.h"

#include <gtest/gtest.h>

namespace dpone::postgres {
namespace {

ColumnPolicy column(const std::string& name) {
  ColumnPolicy policy;
  policy.name = policy.sink_name = name;
  policy.type.kind = TypeKind::kUuid;
  return policy;
}

LoadTask task(const std::vector<std::string>& names) {
  LoadTask out;
  for (const std::string& name : names) out.columns.push_back(column(name));
  out.source.system = "postgres";
  out.target.relation = "\"public\".\"orders\"";
  out.is_raw = true;
  return out;
}

Error refusal(const std::string& code, const std::string& context) {
  return Error(ErrorClass::kFailed, "postgres.value", "invalid").native(code).with("context", context);
}

const std::string kCopy = "COPY __dpone_0123456789abcdef, line 12, column ";

TEST(CopyError, FindsTheColumnInTheContext) {
  const auto found = [](const std::string& context, const std::vector<std::string>& names) {
    return refused_column(refusal("22P03", context), task(names).columns);
  };
  EXPECT_EQ(found(kCopy + "c", {"a", "c"}), "c");
  EXPECT_EQ(found(kCopy + "b c", {"c", "b c", "b"}), "b c");
  EXPECT_EQ(found(kCopy + "column c", {"c", "column c"}), "column c");
  EXPECT_EQ(found(kCopy + "12", {"12"}), "12");
  EXPECT_EQ(found(kCopy + "c: \"1: 2\"", {"c"}), "c");
  EXPECT_EQ(found(kCopy + "c: \"x\"", {"c", "c: \"x\""}), "") << "two columns fit";
  EXPECT_EQ(found(kCopy + "c", {"d"}), "");
  EXPECT_EQ(found("COPY __dpone_0123456789abcdef, line 12", {"12"}), "");
  EXPECT_EQ(found("COPY __dpone_01", {"c"}), "");
  EXPECT_EQ(found("", {"c"}), "");
  // Other languages of the server.
  EXPECT_EQ(found("COPY __dpone_0123456789abcdef, Zeile 12, Spalte c", {"a", "c"}), "c");
  EXPECT_EQ(found("__dpone_0123456789abcdefのCOPY、行 12、列 c", {"c"}), "c");
  EXPECT_EQ(found("COPY __dpone_0123456789abcdef, Zeile 12, Spalte b c", {"c", "b c"}), "") << "two columns fit";
  EXPECT_EQ(found("COPY __dpone_0123456789abcdef, Zeile 12", {"12"}), "");
}

TEST(CopyError, TakesTheColumnThatTheServerNamesInAField) {
  const Error error = refusal("22P03", kCopy + "c").with("column", "d");
  EXPECT_EQ(refused_column(error, task({"c", "d"}).columns), "d");
}

TEST(CopyError, SaysWhichRefusalsMayBeSentAsText) {
  const auto retry = [](const std::string& code, bool is_binary, const LoadTask& load) {
    return copy_error(refusal(code, kCopy + "c"), load, is_binary).retry_class();
  };
  const LoadTask load = task({"c"});
  for (const char* code : {"22P03", "22P02", "22008", "2200N", "08P01", "0A000", "42804", "42883", "XX000"}) {
    EXPECT_EQ(retry(code, true, load), Retry::kAsText) << code;
    EXPECT_EQ(retry(code, false, load), Retry::kNever) << code;
  }
  for (const char* code : {"22P04", "23514", "42601", "53100", "P0001"}) {
    EXPECT_EQ(retry(code, true, load), Retry::kNever) << code;
  }
  EXPECT_EQ(retry("22P03", true, task({"d"})), Retry::kNever) << "no column is known";
  LoadTask foreign = load;
  foreign.source.system = "sqlite";
  EXPECT_EQ(retry("22P03", true, foreign), Retry::kNever);
}

TEST(CopyError, InBatchesAColumnThatIsCheckedOrAlreadyTextDoesNotTravelAsText) {
  LoadTask load = task({"c"});
  load.is_raw = false;
  const auto retry = [&] { return copy_error(refusal("22P03", kCopy + "c"), load, true).retry_class(); };
  EXPECT_EQ(retry(), Retry::kAsText);
  load.columns[0].fidelity = Fidelity::kChecked;
  EXPECT_EQ(retry(), Retry::kNever);
  load.columns[0].fidelity = Fidelity::kIdentical;
  load.columns[0].type.kind = TypeKind::kChar1;
  EXPECT_EQ(retry(), Retry::kNever);
  DataType array;
  array.kind = TypeKind::kArray;
  array.element = std::make_shared<const DataType>(load.columns[0].type);
  load.columns[0].type = array;
  EXPECT_EQ(retry(), Retry::kNever);
  load.columns[0] = column("c");
  load.columns[0].travels_as_text = true;
  EXPECT_EQ(retry(), Retry::kNever);
}

TEST(CopyError, NamesTargetAndColumn) {
  const Error error = copy_error(refusal("23514", kCopy + "c"), task({"c"}), true);
  EXPECT_EQ(error.context_value("target"), "\"public\".\"orders\"");
  EXPECT_EQ(error.context_value("column"), "c");
  const Error lost(ErrorClass::kUnavailable, "postgres.connection_lost", "gone");
  EXPECT_TRUE(copy_error(lost, task({"c"}), true).context().empty());
}

}  // namespace
}  // namespace dpone::postgres
