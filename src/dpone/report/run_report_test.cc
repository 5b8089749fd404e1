#include "dpone/report/run_report.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "dpone/base/file.h"
#include "dpone/report/number_format.h"

namespace dpone::report {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

RunRecord good_report() {
  RunRecord report;
  report.manifest = "orders.yaml";
  report.process = "orders";
  report.run_id = "20261123T220000Z-7f3a9c2e";
  report.source = "public.orders of shop";
  report.target = "raw.orders";
  report.rows_read = 1'000'000;
  report.rows_loaded = 1'000'000;
  report.final_rows = 1'000'000;
  report.bytes = 123'456'789;
  report.is_raw = true;
  report.method = "exchange";
  report.version = 3;
  report.is_published = true;
  report.receipt = Json::object().set("version", 3);
  report.gates = {{"row_count", Verdict::kPass, "", Json::object().set("read", 1'000'000).set("staged", 1'000'000)},
                  {"key", Verdict::kNotApplicable, "unique_key is not set", Json::object()}};
  report.started_at = std::chrono::system_clock::time_point(seconds(1795471200));
  report.finished_at = report.started_at + milliseconds(1700);
  report.duration = milliseconds(1700);
  report.load_duration = milliseconds(1600);
  return report;
}

TEST(NumberFormat, SeparatesThousands) {
  EXPECT_EQ(with_separators(0), "0");
  EXPECT_EQ(with_separators(999), "999");
  EXPECT_EQ(with_separators(1000), "1,000");
  EXPECT_EQ(with_separators(-1234567), "-1,234,567");
  EXPECT_EQ(with_separators(INT64_MIN), "-9,223,372,036,854,775,808");
  EXPECT_EQ(rows_text(1), "1 row");
  EXPECT_EQ(rows_text(1'000'000), "1,000,000 rows");
}

TEST(NumberFormat, PicksTheUnit) {
  EXPECT_EQ(bytes_text(1023), "1023 B");
  EXPECT_EQ(bytes_text(1024), "1.0 KiB");
  EXPECT_EQ(bytes_text((1 << 20) - 1), "1.0 MiB");
  EXPECT_EQ(bytes_text(123'456'789), "117.7 MiB");
  EXPECT_EQ(duration_text(milliseconds(45)), "45 ms");
  EXPECT_EQ(duration_text(milliseconds(1620)), "1.62 s");
  EXPECT_EQ(duration_text(milliseconds(59'999)), "1 min 00 s");
  EXPECT_EQ(duration_text(seconds(125)), "2 min 05 s");
  EXPECT_EQ(duration_text(seconds(3 * 3600 + 420)), "3 h 07 min");
  EXPECT_EQ(row_rate_text(1'000'000, milliseconds(1600)), "625,000 rows/s");
  EXPECT_EQ(row_rate_text(5, std::chrono::nanoseconds(0)), "");
}

TEST(RunReport, HasTheKeysOfTheOriginal) {
  const Json json = to_json(good_report());
  EXPECT_EQ(json["schema_version"], Json("dpone.run_report.v1"));
  EXPECT_EQ(json["passed"], Json(true));
  for (const char* key : {"manifest", "process", "run_id", "passed", "result", "attempts"}) {
    EXPECT_TRUE(json.contains(key)) << key;
  }
  const Json& result = json["result"];
  EXPECT_EQ(result["status"], Json("success"));
  EXPECT_EQ(result["inserted_rows"], Json(1'000'000));
  EXPECT_EQ(result["extracted_rows"], Json(1'000'000));
  EXPECT_EQ(result["updated_rows"], Json(0));
  EXPECT_EQ(result["duration_seconds"], Json(1.7));
  EXPECT_EQ(result["run_throughput"]["schema_version"], Json("dpone.runtime.throughput.v1"));
  EXPECT_EQ(result["run_throughput"]["rows_per_second"], Json(625000));
  EXPECT_EQ(result["quality_gates"].as_array().size(), 2U);
  EXPECT_EQ(result["quality_gates"].as_array()[1]["verdict"], Json("not_applicable"));
  EXPECT_EQ(json["finished_at"], Json("2026-11-23T22:00:01.700Z"));
}

TEST(RunReport, AFailureCarriesItsErrorsAndTheFirstDecides) {
  RunRecord report = good_report();
  report.is_published = false;
  report.method.clear();
  report.version = 0;
  report.errors.push_back(Error(ErrorClass::kRefused, "guard.empty_source", "the source has no rows"));
  report.errors.push_back(Error(ErrorClass::kFailed, "stage.drop", "the stage stays"));
  const Json json = to_json(report);
  EXPECT_EQ(report.exit_code(), 3);
  EXPECT_EQ(json["passed"], Json(false));
  EXPECT_EQ(json["result"]["status"], Json("refused"));
  EXPECT_EQ(json["result"]["error_code"], Json("guard.empty_source"));
  EXPECT_EQ(json["result"]["errors"].as_array().size(), 2U);
  EXPECT_EQ(json["result"]["error_details"].as_array()[1]["error_code"], Json("stage.drop"));
  EXPECT_EQ(json["result"]["inserted_rows"], Json(0));
}

TEST(RunReport, AGateThatFailedIsNeverASuccess) {
  RunRecord report = good_report();
  report.gates[0].verdict = Verdict::kFail;
  EXPECT_FALSE(report.passed());
  EXPECT_EQ(report.exit_code(), 1);
  EXPECT_EQ(report.status(), "failed");
}

TEST(RunReport, SummaryNamesRowsTimeRateTargetAndReport) {
  EXPECT_EQ(render_summary(good_report(), ".dpone/runs/x/run.json", false),
            "done: orders, run 20261123T220000Z-7f3a9c2e, 1.70 s\n"
            "  read       1,000,000 rows, 117.7 MiB from public.orders of shop, passed through as bytes\n"
            "  loaded     1,000,000 rows in 1.60 s (625,000 rows/s, 73.6 MiB/s)\n"
            "  published  raw.orders by exchange, version 3, now 1,000,000 rows\n"
            "  gates      row_count pass; not applicable: key\n"
            "  report     .dpone/runs/x/run.json\n");
}

TEST(RunReport, SummaryOfAFailureSaysWhatHappenedToTheTarget) {
  RunRecord report = good_report();
  report.rows_read = report.bytes = 0;
  report.is_published = false;
  report.gates.clear();
  report.errors.push_back(Error(ErrorClass::kUnavailable, "postgres.connect", "no route"));
  EXPECT_EQ(render_summary(report, {}, false),
            "unavailable: orders, run 20261123T220000Z-7f3a9c2e, 1.70 s\n"
            "  published  nothing, raw.orders is unchanged\n");
  report.errors[0] = Error(ErrorClass::kOutcomeUnknown, "finalize.unknown", "no answer");
  EXPECT_NE(render_summary(report, {}, false).find("unknown: run dpone reconcile"), std::string::npos);
  report.target = "a\x1b[2Jb";
  EXPECT_EQ(render_summary(report, {}, false).find('\x1b'), std::string::npos);
}

TEST(RunReport, IsWrittenAtomicallyUnderItsRunId) {
  char pattern[] = "/tmp/dpone-report-XXXXXX";
  const std::filesystem::path folder = ::mkdtemp(pattern);
  const auto path = write_report(good_report(), folder);
  ASSERT_TRUE(path);
  EXPECT_EQ(*path, folder / "runs" / "20261123T220000Z-7f3a9c2e" / "run.json");
  const Result<std::string> text = read_file(*path, 1 << 20);
  ASSERT_TRUE(text);
  EXPECT_EQ(Json::parse(*text)->canonical(), to_json(good_report()).canonical());
  // What tells of a publication stays, whatever its id is used for later.
  RunRecord refused_later = good_report();
  refused_later.is_published = false;
  const std::filesystem::path runs = folder / "runs" / "20261123T220000Z-7f3a9c2e";
  EXPECT_EQ(*write_report(refused_later, folder), runs / "run.2.json");
  EXPECT_EQ(*write_report(good_report(), folder), runs / "run.2.json");
  EXPECT_EQ(*write_report(good_report(), folder), runs / "run.3.json");
  EXPECT_EQ(*read_file(*path, 1 << 20), *text);
  for (const char* bad : {"", "..", "a/b", ".hidden", "a b", "x\n"}) {
    RunRecord report = good_report();
    report.run_id = bad;
    const auto refused = write_report(report, folder);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().slug(), "run_id.invalid");
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace dpone::report
