#include "dpone/connectors/sqlite/control_table.h"

#include <gtest/gtest.h>

namespace dpone::sqlite {
namespace {

// The first words of each.
std::string planned(const ControlForm& form) {
  std::string out;
  for (const std::string& sql : ControlTable("\"t\"").creation(form)) out += sql.substr(0, sql.find(" (")) + "\n";
  return out;
}

TEST(SqliteControlTable, OnlyWhatIsMissingIsMade) {
  EXPECT_EQ(planned({}),
            "CREATE TABLE IF NOT EXISTS __dpone__loads\nCREATE TABLE IF NOT EXISTS __dpone__columns\n"
            "CREATE TABLE IF NOT EXISTS __dpone__stages\n");
  EXPECT_EQ(planned({.has_loads = true, .has_stages = true}), "CREATE TABLE IF NOT EXISTS __dpone__columns\n");
  EXPECT_EQ(planned({.has_loads = true, .has_columns = true, .has_stages = true}), "");
}

TEST(SqliteControlTable, ReceiptsOfTheFirstFormMoveToANewTable) {
  EXPECT_EQ(planned({.has_loads = true, .is_first_form = true, .has_columns = true, .has_stages = true}),
            "ALTER TABLE __dpone__loads RENAME TO __dpone__loads_of_first_form\n"
            "CREATE TABLE IF NOT EXISTS __dpone__loads\nINSERT INTO __dpone__loads\n"
            "DROP TABLE __dpone__loads_of_first_form\n");
}

// The plan has the statement that a run sends, with another text in place of the values.
TEST(SqliteControlTable, APlannedReceiptIsTheOneThatIsWritten) {
  const ControlTable control("\"t\"");
  const std::string planned = control.planned_insert().text;
  const std::string written = control.render_insert(Receipt{}, TableIdentity{});
  const std::size_t values = planned.find("VALUES (");
  ASSERT_NE(values, std::string::npos);
  EXPECT_EQ(planned.substr(values), "VALUES ({receipt})");
  EXPECT_EQ(written.substr(0, values), planned.substr(0, values));
}

}  // namespace
}  // namespace dpone::sqlite
