#include "dpone/sql/receipt_table.h"

#include <gtest/gtest.h>

#include "dpone/sql/test_support.h"

namespace dpone::sql {
namespace {

constexpr ReceiptDialect kDialect{
    .quote_literal = [](std::string_view value) { return "'" + std::string(value) + "'"; },
    .text_type = "TEXT",
    .integer_type = "INTEGER",
    .json_type = "JSON",
    .published_at = "TEXT",
    .published_at_text = "at_text",
    .json_text = "receipt_text",
    .is_created = "is_created",
    .first_receipt = "first_receipt",
    .first_identity = "first_identity",
    .extra_columns = ", more TEXT",
    .table_options = " STRICT"};

Row row_of(const char* kind, const std::string& version = "3") {
  return {kind,
          std::string("p-") + kind,
          "target-" + version,
          version,
          "5",
          "run-" + version,
          "oid-" + version,
          "7",
          "now-" + version,
          "2",
          Receipt().body_json().canonical()};
}

const ReceiptTable kTable(kDialect, "loads", R"("s"."t")");

TEST(ReceiptTable, EachReceiptIsToldByItsKind) {
  FakeSession session;
  session.table.rows = {row_of("process", "3"), row_of("target", "4"), row_of("run", "6")};
  auto prior = kTable.read_newest(session, "orders", "run-1");
  ASSERT_TRUE(prior);
  ASSERT_TRUE(prior->newest_of_process && prior->newest_of_target && prior->of_run);
  EXPECT_EQ(prior->newest_of_process->version, 3);
  EXPECT_EQ(prior->newest_of_target->version, 4);
  EXPECT_EQ(prior->of_run->version, 6);
  EXPECT_FALSE(prior->is_target_made);
  EXPECT_EQ(session.parameters, (Row{"orders", R"("s"."t")", "run-1"}));
  session.table.rows = {row_of("maker")};
  prior = kTable.read_newest(session, "orders", "run-1");
  ASSERT_TRUE(prior);
  EXPECT_TRUE(prior->is_target_made);
  EXPECT_FALSE(prior->newest_of_process || prior->newest_of_target || prior->of_run);
}

TEST(ReceiptTable, FenceColumnsOutrankTheJson) {
  FakeSession session;
  session.table.rows = {row_of("process")};
  const auto prior = kTable.read_newest(session, "orders", "run-1");
  ASSERT_TRUE(prior);
  const Receipt& receipt = *prior->newest_of_process;
  EXPECT_EQ(receipt.process, "p-process");
  EXPECT_EQ(receipt.target, "target-3");
  EXPECT_EQ(receipt.version, 3);
  EXPECT_EQ(receipt.part, 5);
  EXPECT_EQ(receipt.run_id, "run-3");
  EXPECT_EQ(receipt.target_identity, "oid-3");
  EXPECT_EQ(receipt.target_epoch, 7);
  EXPECT_EQ(receipt.published_at, "now-3");
}

TEST(ReceiptTable, WhatIsNoNumberIsRefused) {
  for (const std::size_t column : {3U, 4U, 7U, 9U}) {
    for (const char* text : {"", "x", "1x", "99999999999999999999"}) {
      FakeSession session;
      session.table.rows = {row_of("process")};
      session.table.rows[0][column] = text;
      const auto prior = kTable.read_newest(session, "orders", "run-1");
      ASSERT_FALSE(prior) << column << text;
      EXPECT_EQ(prior.error().slug(), "receipts.unreadable");
    }
  }
}

TEST(ReceiptTable, AReceiptOfANewerFormatIsRefused) {
  FakeSession session;
  session.table.rows = {row_of("process")};
  session.table.rows[0][9] = "3";
  const auto prior = kTable.read_newest(session, "orders", "run-1");
  ASSERT_FALSE(prior);
  EXPECT_EQ(prior.error().slug(), "control.newer");
  EXPECT_EQ(prior.error().context_value("format"), "3");
}

TEST(ReceiptTable, TheFirstFormIsReadAsIfItWereTheNew) {
  EXPECT_TRUE(ReceiptTable::has_first_form({"process", "target"}));
  EXPECT_FALSE(ReceiptTable::has_first_form({"process", "receipt"}));
  FakeSession session;
  ASSERT_TRUE(kTable.read(session, false, "orders", "run-1"));
  ASSERT_TRUE(kTable.read(session, true, "orders", "run-1"));
  ASSERT_EQ(session.statements.size(), 4U);
  const auto has = [&](std::size_t statement, const char* text) {
    return session.statements[statement].find(text) != std::string::npos;
  };
  EXPECT_TRUE(has(0, "version, part, run_id, target_identity, target_epoch, at_text, format, receipt_text"));
  EXPECT_TRUE(has(0, "AND is_created"));
  EXPECT_EQ(session.statements[1], "SELECT DISTINCT target_identity FROM loads WHERE target = $1");
  EXPECT_TRUE(has(2, "version, 0, run_id, first_identity, target_epoch, at_text, 1, first_receipt"));
  EXPECT_TRUE(has(2, "AND target_created"));
  EXPECT_EQ(session.statements[3], "SELECT DISTINCT first_identity FROM loads WHERE target = $1");
}

TEST(ReceiptTable, IdentitiesAreThoseOfEveryRow) {
  FakeSession session;
  session.distinct.rows = {{"16401"}, {"16402"}};
  const auto prior = kTable.read(session, false, "orders", "run-1");
  ASSERT_TRUE(prior);
  EXPECT_EQ(prior->identities, (std::vector<std::string>{"16401", "16402"}));
}

TEST(ReceiptTable, AReceiptIsWrittenWithItsFence) {
  Receipt receipt;
  receipt.process = "p";
  receipt.target = "t";
  receipt.version = 3;
  receipt.part = 5;
  receipt.run_id = "r";
  receipt.target_epoch = 7;
  EXPECT_EQ(kTable.render_insert(receipt, "oid", {", more", ", 'x'"}),
            "INSERT INTO loads (process, target, version, part, run_id, target_identity, target_epoch, format, "
            "receipt, more) "
            "VALUES ('p', 't', 3, 5, 'r', oid, 7, 2, '" +
                receipt.body_json().canonical() + "', 'x')");
}

}  // namespace
}  // namespace dpone::sql
