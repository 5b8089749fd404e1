#include "dpone/evidence/ledger.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <vector>

#include "dpone/base/clock.h"
#include "dpone/base/file.h"

namespace dpone::evidence {
namespace {

class LedgerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/dpone-ledger-XXXXXX";
    folder_ = std::filesystem::path(::mkdtemp(pattern)) / "state";
  }
  void TearDown() override { std::filesystem::remove_all(folder_.parent_path()); }

  Ledger opened() {
    Result<Ledger> ledger = Ledger::open(folder_, clock_);
    EXPECT_TRUE(ledger) << ledger.error().to_line();
    return *std::move(ledger);
  }
  std::string content() const {
    Result<std::string> text = read_file(folder_ / "ledger.jsonl", 1 << 24);
    EXPECT_TRUE(text);
    return text ? *std::move(text) : std::string();
  }
  void put(std::string_view text) const {
    std::ofstream(folder_ / "ledger.jsonl", std::ios::binary | std::ios::trunc) << text;  // no sync: it is done often
  }
  static Json body(std::string_view run_id, std::int64_t version) {
    return Json::object().set("run_id", run_id).set("version", version);
  }

  SystemClock clock_;
  std::filesystem::path folder_;
};

TEST_F(LedgerTest, RecordsAreChainedAndFound) {
  Ledger ledger = opened();
  ASSERT_TRUE(ledger.append("run.intent", body("r1", 1)));
  const auto second = ledger.append("run.outcome", body("r1", 1));
  ASSERT_TRUE(second);
  ASSERT_TRUE(ledger.append("run.intent", body("r2", 2)));
  const auto check = ledger.verify();
  ASSERT_TRUE(check);
  EXPECT_EQ(check->records, 3);
  EXPECT_EQ(check->torn_bytes, 0);
  const auto found = ledger.find("run.outcome", "r1", 1);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->sequence, 2);
  EXPECT_EQ((*found)->hash, *second);
  EXPECT_EQ((*found)->at.size(), std::string("2026-11-23T22:00:00.000Z").size()) << (*found)->at;
  EXPECT_FALSE((*ledger.find("run.outcome", "r1", 2)).has_value());
  EXPECT_EQ((*ledger.find("", "r2"))->kind, "run.intent");
}

TEST_F(LedgerTest, TheFolderKeepsItselfOutOfVersionControl) {
  opened();
  const Result<std::string> ignore = read_file(folder_ / ".gitignore", 100);
  ASSERT_TRUE(ignore);
  EXPECT_EQ(*ignore, "*\n");
}

TEST_F(LedgerTest, ATornTailIsCutOffAtEveryByte) {
  {
    Ledger ledger = opened();
    ASSERT_TRUE(ledger.append("run.intent", body("r1", 1)));
  }
  const std::string first = content();
  {
    Ledger ledger = opened();
    ASSERT_TRUE(ledger.append("run.outcome", body("r1", 1)));
  }
  const std::string both = content();
  for (std::size_t size = first.size(); size <= both.size(); ++size) {
    put(both.substr(0, size));
    const std::int64_t torn = size == both.size() ? 0 : static_cast<std::int64_t>(size - first.size());
    EXPECT_EQ(Ledger::verify(folder_)->torn_bytes, torn) << size;
    Ledger ledger = opened();
    EXPECT_EQ(ledger.healed_bytes(), torn) << size;
    EXPECT_EQ(content(), size == both.size() ? both : first) << size;
    ASSERT_TRUE(ledger.append("run.intent", body("r2", 2)));
    const auto check = ledger.verify();
    ASSERT_TRUE(check) << check.error().to_line();
    EXPECT_EQ(check->records, size == both.size() ? 3 : 2) << size;
  }
}

TEST_F(LedgerTest, ATornTailThatAnotherProcessLeftIsCutOffByAppend) {
  Ledger ledger = opened();
  ASSERT_TRUE(ledger.append("a", body("r1", 1)));
  std::ofstream(ledger.file(), std::ios::binary | std::ios::app) << std::string("{\"at\":\0\0\0", 9);
  ASSERT_TRUE(ledger.append("b", body("r1", 1)));
  EXPECT_EQ(ledger.healed_bytes(), 9);
  EXPECT_EQ(ledger.verify()->records, 2);
}

TEST_F(LedgerTest, ATornFirstLineLeavesAnEmptyLedger) {
  ASSERT_TRUE(make_directories(folder_));
  put("{\"at\":\"2026");
  Ledger ledger = opened();
  EXPECT_EQ(ledger.healed_bytes(), 11);
  ASSERT_TRUE(ledger.append("a", body("r1", 1)));
  EXPECT_EQ(ledger.verify()->records, 1);
}

TEST_F(LedgerTest, AnyChangedByteIsFoundAndItsLineNamed) {
  Ledger ledger = opened();
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(ledger.append("run.intent", body("r" + std::to_string(i), i)));
  const std::string whole = content();
  const std::string head = ledger.verify()->head;
  std::int64_t line = 1;
  for (std::size_t i = 0; i + 1 < whole.size(); ++i) {
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    put(changed);
    const auto check = ledger.verify();
    const bool is_last = line == 4;
    // The last line has no successor: a change that leaves it a canonical record shows only against the head hash.
    EXPECT_FALSE(check && check->head == head) << i;
    if (!is_last) {
      ASSERT_FALSE(check) << i;
      EXPECT_EQ(check.error().slug(), "ledger.broken");
      const std::string_view named = check.error().context_value("line");
      EXPECT_TRUE(named == std::to_string(line) || named == std::to_string(line + 1)) << i << " " << named;
    }
    if (whole[i] == '\n') ++line;
  }
}

TEST_F(LedgerTest, RemovedRepeatedAndReorderedLinesAreFound) {
  Ledger ledger = opened();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(ledger.append("a", body("r", i)));
  const std::string whole = content();
  const std::size_t first_end = whole.find('\n') + 1;
  const std::size_t second_end = whole.find('\n', first_end) + 1;
  const std::string one = whole.substr(0, first_end);
  const std::string two = whole.substr(first_end, second_end - first_end);
  const std::string three = whole.substr(second_end);
  for (const std::string& bad : {one + three, two + three, one + one + two + three, one + three + two, "\n" + whole}) {
    put(bad);
    EXPECT_EQ(ledger.verify().error().slug(), "ledger.broken");
  }
  put(one + two);
  EXPECT_NE(ledger.verify()->head, std::string(64, '0'));
}

TEST_F(LedgerTest, NothingIsAppendedToABrokenLastLine) {
  Ledger ledger = opened();
  ASSERT_TRUE(ledger.append("a", body("r", 1)));
  put(content() + "garbage\n");
  const auto appended = ledger.append("b", body("r", 2));
  ASSERT_FALSE(appended);
  EXPECT_EQ(appended.error().slug(), "ledger.broken");
  EXPECT_EQ(appended.error().context_value("line"), "2");
  EXPECT_TRUE(content().ends_with("garbage\n"));
}

// Another file in its place, so that the system's clock need not have moved on.
TEST_F(LedgerTest, AChangeOfTheMiddleIsFoundBeforeAnythingIsAppended) {
  Ledger ledger = opened();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(ledger.append("a", body("r", i)));
  std::string changed = content();
  changed[changed.find("\"version\":1") + 10] = '7';
  ASSERT_TRUE(write_file_atomically(ledger.file(), changed));
  for (const auto& slug : {Ledger::open(folder_, clock_).error().slug(), ledger.append("b", {}).error().slug()}) {
    EXPECT_EQ(slug, "ledger.broken");
  }
  EXPECT_EQ(content(), changed);
}

TEST_F(LedgerTest, WhatIsRememberedOfTheFileSavesTheWalkAndMayBeLost) {
  Ledger ledger = opened();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(ledger.append("a", body("r", i)));
  for (const char* memory : {"", "garbage", "{}", "{\"schema_version\":\"dpone.ledger_verified.v1\"}"}) {
    ASSERT_TRUE(write_file_atomically(folder_ / "ledger-verified.json", memory));
    ASSERT_TRUE(ledger.append("b", body("r", 9))) << memory;
  }
  EXPECT_EQ(ledger.verify()->records, 7);
}

TEST_F(LedgerTest, ALinkOrAFifoInPlaceOfAFileIsRefusedAndNotFollowed) {
  for (const char* name : {"ledger.jsonl", "ledger.lock"}) {
    opened();
    const std::filesystem::path path = folder_ / name;
    const std::filesystem::path other = folder_ / "other";
    ASSERT_TRUE(write_file_atomically(other, "torn"));
    std::filesystem::remove(path);
    std::filesystem::create_symlink(other, path);
    EXPECT_EQ(Ledger::open(folder_, clock_).error().slug(), "state_dir.not_regular") << name;
    EXPECT_EQ(*read_file(other, 100), "torn");
    std::filesystem::remove(path);
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    EXPECT_EQ(Ledger::open(folder_, clock_).error().slug(), "state_dir.not_regular") << name;
    std::filesystem::remove(path);
  }
}

TEST_F(LedgerTest, ATornTailOfManyMegabytesIsCutOffInOneWalk) {
  Ledger ledger = opened();
  ASSERT_TRUE(ledger.append("a", body("r", 1)));
  const std::string whole = content();
  std::ofstream(ledger.file(), std::ios::binary | std::ios::app) << std::string(50'000'000, 'x');
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(opened().healed_bytes(), 50'000'000);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
  EXPECT_EQ(content(), whole);
}

TEST_F(LedgerTest, LinesLongerThanABlockAreReadBack) {
  Ledger ledger = opened();
  for (const std::size_t size : {65'530U, 65'536U, 200'000U, 1U}) {
    ASSERT_TRUE(ledger.append("big", Json::object().set("text", std::string(size, 'x')).set("run_id", "r")));
  }
  EXPECT_EQ(ledger.verify()->records, 4);
  EXPECT_EQ(opened().healed_bytes(), 0);
}

TEST_F(LedgerTest, TwoProcessesAndTheirThreadsDoNotLoseARecord) {
  opened();
  std::vector<pid_t> children;
  for (int child = 0; child < 2; ++child) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      SystemClock clock;
      Result<Ledger> ledger = Ledger::open(folder_, clock);
      bool is_good = ledger.has_value();
      for (int i = 0; is_good && i < 25; ++i) is_good = ledger->append("child", body("c", i)).has_value();
      ::_exit(is_good ? 0 : 1);
    }
    children.push_back(pid);
  }
  Ledger ledger = opened();
  for (int i = 0; i < 25; ++i) ASSERT_TRUE(ledger.append("parent", body("p", i)));
  for (const pid_t pid : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_EQ(status, 0);
  }
  const auto check = ledger.verify();
  ASSERT_TRUE(check) << check.error().to_line();
  EXPECT_EQ(check->records, 75);
}

TEST_F(LedgerTest, AFolderThatCannotBeWrittenIsNamed) {
  const auto result = Ledger::open("/proc/dpone", clock_);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().exit_code(), 1);
  EXPECT_EQ(Ledger::verify(folder_).error().slug(), "file.not_found");
}

}  // namespace
}  // namespace dpone::evidence
