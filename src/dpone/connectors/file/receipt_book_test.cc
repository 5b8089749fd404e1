#include "dpone/connectors/file/receipt_book.h"

#include "dpone/base/sha256.h"
#include "dpone/connectors/file/target.h"
#include "dpone/connectors/file/test_support.h"

namespace dpone::file {
namespace {

FileReceipt entry_of(std::int64_t version, const std::string& process = "orders") {
  FileReceipt entry;
  entry.receipt.version = version;
  entry.receipt.process = process;
  entry.receipt.target_epoch = version;
  entry.receipt.run_id = "r-" + std::to_string(version);
  entry.receipt.columns = {"id", "note"};
  entry.receipt.rows_loaded = 7;
  entry.is_published = true;
  return entry;
}

class ReceiptBookTest : public FolderTest {};

TEST_F(ReceiptBookTest, ReadsBackWhatItWrote) {
  ReceiptBook book;
  FileReceipt entry = entry_of(3);
  entry.sha256 = "c0ff";
  entry.stamp = {0, 12, 34, 1795644952177305921};
  entry.is_published = false;
  book.add(entry);
  ASSERT_TRUE(book.write(path("book")));
  const auto back = ReceiptBook::read(path("book"));
  ASSERT_TRUE(back) << back.error().to_line();
  EXPECT_EQ(back->to_text(), book.to_text());
  EXPECT_FALSE(back->entries[0].is_published);
  EXPECT_EQ(back->entries[0].stamp, entry.stamp);
  EXPECT_TRUE(ReceiptBook::read(path("absent"))->entries.empty());
}

TEST_F(ReceiptBookTest, WhatCannotBeReadIsNotAbsent) {
  for (const char* text : {"", "{}", "[1]", "{\"schema_version\":\"dpone.file_receipts.v3\",\"receipts\":[]}",
                           "{\"schema_version\":\"dpone.file_receipts.v1\",\"receipts\":[{}]}"}) {
    const auto book = ReceiptBook::read(write("book", text));
    ASSERT_FALSE(book) << text;
    EXPECT_EQ(book.error().slug(), "receipts.unreadable");
    EXPECT_EQ(book.error().error_class(), ErrorClass::kRefused);
  }
}

TEST_F(ReceiptBookTest, KeepsTheNewestOfEveryProcess) {
  ReceiptBook book;
  book.add(entry_of(1, "other"));
  for (int version = 2; version < 300; ++version) book.add(entry_of(version));
  EXPECT_EQ(book.entries.size(), 100U);
  EXPECT_EQ(book.entries[0].receipt.process, "other");
  const PriorReceipts prior = book.prior("orders", "r-250");
  EXPECT_EQ(prior.newest_of_process->version, 299);
  EXPECT_EQ(prior.newest_of_target->version, 299);
  EXPECT_EQ(prior.of_run->version, 250);
  EXPECT_EQ(book.prior("other", "r-250").newest_of_process->version, 1);
  EXPECT_FALSE(book.prior("other", "r-250").of_run);
}

// A crash between the pending receipt and the rename leaves one of what did not happen.
TEST_F(ReceiptBookTest, APendingReceiptIsSettledByTheContent) {
  const Target target(path("out.csv"), context_);
  ReceiptBook book;
  book.add(entry_of(1));
  FileReceipt pending = entry_of(2);
  pending.is_published = false;
  pending.sha256 = sha256_hex("new\n");
  pending.stamp.bytes = 4;
  book.add(pending);
  ASSERT_TRUE(book.write(target.book_path()));
  EXPECT_EQ(target.published()->entries.size(), 1U) << "no file";
  write("out.csv", "old\n");
  EXPECT_EQ(target.published()->entries.size(), 1U) << "another content of the same size";
  write("out.csv", "new\n");
  ASSERT_EQ(target.published()->entries.size(), 2U);
  EXPECT_EQ(*target.sha256(*target.published()), sha256_hex("new\n"));
}

// A file of many gigabytes is not read again to learn what its stamp says.
TEST_F(ReceiptBookTest, APendingReceiptIsSettledByTheStampWithoutReadingTheFile) {
  const Target target(path("out.csv"), context_);
  write("out.csv", "new\n");
  FileReceipt pending = entry_of(1);
  pending.is_published = false;
  pending.sha256 = "never computed";
  pending.stamp = **target.stamp();
  ReceiptBook book;
  book.add(pending);
  ASSERT_TRUE(book.write(target.book_path()));
  EXPECT_EQ(target.published()->entries.size(), 1U);
  EXPECT_FALSE(*target.has_pending("r-1"));
  EXPECT_EQ(*target.sha256(book), "never computed");
  write("out.csv", "other\n");
  EXPECT_EQ(target.published()->entries.size(), 0U);
  EXPECT_TRUE(*target.has_pending("r-1"));
  EXPECT_FALSE(*target.has_pending("r-2"));
}

TEST_F(ReceiptBookTest, LeftoversAreThoseThatNobodyHolds) {
  const Target target(path("out.csv"), context_);
  write(".out.csv.dpone-dead", "x");
  write(".out.csv.dpone.json.tmp-1", "x");
  write(".other.csv.dpone-dead", "x");
  write(".out.csv.dpone.json", "x");
  const auto lock = try_lock_file(write(".out.csv.dpone-alive", "x"));
  const auto listed = target.cleanup("orders", true);
  ASSERT_TRUE(listed) << listed.error().to_line();
  ASSERT_EQ(listed->size(), 2U);
  EXPECT_EQ((*listed)[0].run_id, "dead");
  EXPECT_TRUE(std::filesystem::exists(path(".out.csv.dpone-dead")));
  ASSERT_TRUE(target.cleanup("orders", false));
  EXPECT_FALSE(std::filesystem::exists(path(".out.csv.dpone-dead")));
  EXPECT_TRUE(std::filesystem::exists(path(".out.csv.dpone-alive")));
  EXPECT_TRUE(std::filesystem::exists(path(".other.csv.dpone-dead")));
}

TEST_F(ReceiptBookTest, AStageHasANameThatTheSystemTakes) {
  const Target target(path(std::string(200, 'a') + ".csv"), context_);
  const std::string name = target.stage_path(std::string(128, 'r')).filename().string();
  EXPECT_LE(name.size(), 255U);
  EXPECT_NE(name, target.stage_path(std::string(127, 'r')).filename().string());
}

}  // namespace
}  // namespace dpone::file
