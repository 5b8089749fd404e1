#include "dpone/report/run_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dpone/base/clock.h"
#include "dpone/base/error_json.h"
#include "dpone/base/file.h"
#include "dpone/base/log.h"
#include "dpone/base/redact.h"
#include "dpone/report/number_format.h"

namespace dpone::report {
namespace {

double rounded_seconds(std::chrono::nanoseconds duration) {
  return std::round(std::chrono::duration<double>(duration).count() * 1000) / 1000;
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json gate_to_json(const GateResult& gate) {
  Json out = Json::object();
  out.set("name", gate.name).set("verdict", to_string(gate.verdict)).set("facts", gate.facts);
  if (!gate.reason.empty()) out.set("reason", gate.reason);
  return out;
}

// A time without a counter gets no rate, and so does a counter without time to speak of.
Json throughput(const RunRecord& report) {
  const double seconds = std::chrono::duration<double>(report.load_duration).count();
  Json out = Json::object();
  out.set("schema_version", "dpone.runtime.throughput.v1")
      .set("scope", "run")
      .set("duration_seconds", rounded_seconds(report.load_duration))
      .set("rate_type", "counter_over_wall_clock")
      .set("row_count", report.rows_loaded)
      .set("row_count_source", "loaded_rows")
      .set("bytes", report.bytes)
      .set("confidence", "measured");
  if (seconds >= 1e-4) {
    out.set("rows_per_second", std::llround(static_cast<double>(report.rows_loaded) / seconds))
        .set("bytes_per_second", std::llround(static_cast<double>(report.bytes) / seconds));
  }
  return out;
}

class Lines {
 public:
  void add(std::string_view label, std::string_view text) {
    out_ += fmt::format("  {:<10} {}\n", label, without_control_characters(text));
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

}  // namespace

Json to_json(const RunRecord& record) {
  Json lines = Json::array();
  Json details = Json::array();
  for (const Error& error : record.errors) {
    lines.push(error.to_line());
    details.push(error_to_json(error));
  }
  Json gate_list = Json::array();
  for (const GateResult& gate : record.gates) gate_list.push(gate_to_json(gate));
  Json phases = Json::object();
  phases.set("load_seconds", rounded_seconds(record.load_duration))
      .set("seal_seconds", rounded_seconds(record.seal_duration))
      .set("publish_seconds", rounded_seconds(record.publish_duration));
  Json result = Json::object();
  result.set("status", record.status())
      .set("extracted_rows", record.rows_read)
      .set("inserted_rows", !record.is_published   ? Json(0)
                            : record.rows_inserted ? Json(*record.rows_inserted)
                                                   : Json(record.rows_loaded))
      .set("updated_rows", record.rows_updated.value_or(0))
      .set("deleted_rows", record.rows_deleted.value_or(0))
      .set("superseded_rows", record.rows_superseded)
      .set("final_rows", record.final_rows ? Json(*record.final_rows) : Json())
      .set("duration_seconds", rounded_seconds(record.duration))
      .set("phases", std::move(phases))
      .set("errors", std::move(lines))
      .set("error_code", record.errors.empty() ? Json() : Json(record.errors.front().slug()))
      .set("error_details", std::move(details))
      .set("quality_gates", std::move(gate_list))
      .set("run_throughput", throughput(record));
  Json note_list = Json::array();
  for (const std::string& note : record.notes) note_list.push(note);
  Json warning_list = Json::array();
  for (const std::string& warning : record.warnings) warning_list.push(warning);
  Json out = Json::object();
  out.set("schema_version", "dpone.run_report.v1")
      .set("manifest", text_or_null(record.manifest))
      .set("process", record.process)
      .set("selector", text_or_null(record.selector))
      .set("run_id", record.run_id)
      .set("passed", record.passed())
      .set("exit_code", record.exit_code())
      .set("result", std::move(result))
      .set("attempts", record.attempts)
      .set("max_attempts", Json())
      .set("source", record.source)
      .set("target", record.target)
      .set("method", text_or_null(record.method))
      .set("version", record.version == 0 ? Json() : Json(record.version))
      .set("is_published", record.is_published)
      .set("is_repeated", record.is_repeated)
      .set("is_unchanged", record.is_unchanged)
      .set("cursor_after", record.position["kind"].as_string() == "cursor" ? record.position["value"] : Json())
      .set("position", record.position)
      .set("is_raw", record.is_raw)
      .set("receipt", record.receipt)
      .set("manifest_hash", text_or_null(record.manifest_hash))
      .set("plan_hash", text_or_null(record.plan_hash))
      .set("ledger_head", text_or_null(record.ledger_head))
      .set("notes", std::move(note_list))
      .set("warnings", std::move(warning_list))
      .set("started_at", format_rfc3339(record.started_at, true))
      .set("finished_at", format_rfc3339(record.finished_at, true));
  return out;
}

Status check_run_id(std::string_view run_id) {
  bool is_good = !run_id.empty() && run_id.size() <= 128 && run_id[0] != '.';
  for (const char c : run_id) {
    const bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    is_good = is_good && (is_word || std::string_view("._-:+").find(c) != std::string_view::npos);
  }
  if (is_good) return {};
  return Error(ErrorClass::kUsage, "run_id.invalid", json_quote(run_id.substr(0, 128)) + " cannot be a run id")
      .hint("use letters, digits and . _ - : +, at most 128, not beginning with a dot");
}

namespace {

// Whether the report there tells of a run that published: it is evidence, and no later run under its id replaces it.
bool is_of_published_run(const std::filesystem::path& path) {
  constexpr std::size_t kMostBytes = std::size_t{64} << 20;
  const auto text = read_file(path, kMostBytes);
  if (!text) return false;
  const auto report = Json::parse(*text);
  return report && (*report)["is_published"].as_bool() && !(*report)["is_repeated"].as_bool();
}

}  // namespace

Result<std::filesystem::path> write_report(const RunRecord& report, const std::filesystem::path& state_dir) {
  DPONE_CHECK(check_run_id(report.run_id));
  const std::filesystem::path folder = state_dir / "runs" / report.run_id;
  DPONE_CHECK(make_directories(folder));
  std::filesystem::path path = folder / "run.json";
  for (int number = 2; is_of_published_run(path); ++number) path = folder / fmt::format("run.{}.json", number);
  DPONE_CHECK(write_file_atomically(path, redacted_json(to_json(report)).pretty() + "\n"));
  return path;
}

std::string render_summary(const RunRecord& report, const std::filesystem::path& report_path, bool color) {
  const bool is_good = report.passed();
  const std::string word = !is_good              ? report.status()
                           : report.is_repeated  ? "already done"
                           : report.is_unchanged ? "no change"
                                                 : "done";
  std::string head = color ? fmt::format("\x1b[1;{}m{}\x1b[0m", is_good ? 32 : 31, word) : word;
  head += fmt::format(": {}, run {}, {}\n", report.process, report.run_id, duration_text(report.duration));
  Lines lines;
  const bool has_read = report.rows_read > 0 || report.bytes > 0 || is_good;
  if (report.is_repeated) {
    lines.add("nothing", fmt::format("was done: this run id was already published, as version {}", report.version));
  } else if (has_read) {
    std::string read = fmt::format("{}, {}", rows_text(report.rows_read), bytes_text(report.bytes));
    if (!report.source.empty()) read += " from " + report.source;
    if (report.is_raw) read += ", passed through as bytes";
    lines.add("read", read);
    std::string loaded = rows_text(report.rows_loaded);
    const std::string rate = row_rate_text(report.rows_loaded, report.load_duration);
    if (!rate.empty()) {
      loaded += fmt::format(" in {} ({}, {})", duration_text(report.load_duration), rate,
                            byte_rate_text(report.bytes, report.load_duration));
    }
    if (report.rows_superseded > 0) {
      loaded += fmt::format("; {} replaced by later rows of the same key", rows_text(report.rows_superseded));
    }
    lines.add("loaded", loaded);
  }
  if (report.is_published && !report.is_repeated) {
    std::string text = fmt::format("{} by {}, version {}", report.target, report.method, report.version);
    if (report.final_rows) text += fmt::format(", now {}", rows_text(*report.final_rows));
    if (report.rows_inserted && report.rows_updated) {
      text += fmt::format(", {} added, {} changed", rows_text(*report.rows_inserted), *report.rows_updated);
    }
    if (report.rows_deleted && report.rows_inserted) {
      text += fmt::format(", {} deleted, {} added", rows_text(*report.rows_deleted), *report.rows_inserted);
    }
    lines.add("published", text);
    const Json& cursor = report.position["value"];
    if (report.position["kind"].as_string() == "cursor")
      lines.add("cursor", cursor["column"].as_string() + " = " + cursor["value"].as_string());
  } else if (report.is_unchanged) {
    lines.add("published", "nothing: the source has nothing new");
  } else if (!is_good && report.status() == "outcome_unknown") {
    lines.add("published", "unknown: run dpone reconcile to find out");
  } else if (!is_good && !report.is_published) {
    lines.add("published",
              fmt::format("nothing{}", report.target.empty() ? "" : ", " + report.target + " is unchanged"));
  }
  std::string gates;
  std::string others;
  for (const GateResult& gate : report.gates) {
    if (gate.verdict == Verdict::kNotApplicable) {
      others += (others.empty() ? "" : ", ") + gate.name;
      continue;
    }
    const bool is_open = gate.verdict == Verdict::kUnverified;
    gates += fmt::format("{}{} {}", gates.empty() ? "" : ", ", gate.name,
                         is_open ? std::string("not verified") : std::string(to_string(gate.verdict)));
    if (gate.verdict != Verdict::kPass && !gate.reason.empty()) gates += ": " + gate.reason;
  }
  if (!others.empty()) gates += (gates.empty() ? "not applicable: " : "; not applicable: ") + others;
  if (!gates.empty()) lines.add("gates", gates);
  for (const std::string& warning : report.warnings) lines.add("warning", warning);
  if (!report_path.empty()) lines.add("report", report_path.string());
  return head + lines.take();
}

}  // namespace dpone::report
