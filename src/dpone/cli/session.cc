#include "dpone/cli/session.h"

#include <unistd.h>

#include <cstdlib>

#include "dpone/base/random.h"
#include "dpone/cli/manifest_schemas.h"
#include "dpone/cli/output.h"
#include "dpone/cli/program.h"
#include "dpone/cli/shell_quote.h"
#include "dpone/cli/terminal.h"
#include "dpone/engine/fault_points.h"
#include "dpone/manifest/reader.h"
#include "dpone/report/run_report.h"

namespace dpone::cli {
namespace {

// --progress, where the command has it; else what suits stderr.
ProgressStyle progress_of(const Options& options) {
  const std::string wanted = options.is_given("progress") ? options.text("progress") : "auto";
  if (wanted == "live") return ProgressStyle::kLive;
  if (wanted == "lines") return ProgressStyle::kLines;
  if (wanted == "json") return ProgressStyle::kJson;
  if (wanted == "none" || options.flag("quiet")) return ProgressStyle::kNone;
  return is_live_terminal(STDERR_FILENO) ? ProgressStyle::kLive : ProgressStyle::kLines;
}

LogLevel level_of(const Options& options) {
  if (options.flag("quiet")) return LogLevel::kError;
  if (options.flag("verbose")) return LogLevel::kDebug;
  const std::string name = options.text("log_level");
  if (name == "debug") return LogLevel::kDebug;
  if (name == "warning") return LogLevel::kWarning;
  if (name == "error") return LogLevel::kError;
  return LogLevel::kInfo;
}

}  // namespace

Result<std::unique_ptr<Session>> Session::begin(const Options& options, const ResolvedRoute& route,
                                                const std::string& run_id) {
  Program& program = Program::instance();
  if (!run_id.empty()) DPONE_CHECK(report::check_run_id(run_id));
  const manifest::Manifest& manifest = route.manifest;
  const std::string id = run_id.empty() ? make_run_id(program.clock().now()) : run_id;
  program.signals().begin_run("dpone cleanup " + route.arguments,
                              "dpone reconcile " + route.arguments + " --run-id " + shell_quoted(id));
  std::unique_ptr<Session> session(new Session());
  session->is_quiet_ = options.flag("quiet");
  session->is_json_ = options.text("format") == "json";
  session->progress_style_ = progress_of(options);
  const bool is_live = session->progress_style_ == ProgressStyle::kLive;
  session->logger_ = std::make_unique<TextLogger>(STDERR_FILENO, level_of(options), program.clock(),
                                                  is_live ? kClearLine : std::string_view(), program.signals().token());
  if (const char* fault = std::getenv("DPONE_FAULT")) {
    DPONE_TRY(engine::NamedFault named, engine::NamedFault::parse(fault, program.signals().token()));
    session->faults_ = std::make_unique<engine::NamedFault>(std::move(named));
  } else {
    session->faults_ = std::make_unique<engine::NoFaults>();
  }
  session->context_.process = manifest.name;
  session->context_.run_id = id;
  session->context_.stop = program.signals().token();
  session->context_.logger = session->logger_.get();
  session->context_.clock = &program.clock();
  session->context_.faults = session->faults_.get();
  session->context_.max_row_bytes = manifest.runtime.integer("max_row_bytes");
  if (options.is_given("state_dir")) {
    session->state_dir_ = options.text("state_dir");
  } else {
    session->state_dir_ =
        manifest.file.empty() ? std::filesystem::path(".dpone") : manifest.file.parent_path() / ".dpone";
  }
  return session;
}

void Session::begin_publishing() { Program::instance().signals().begin_publishing(); }

void apply_overrides(manifest::Manifest& manifest, const Options& options) {
  if (options.is_given("adopt") && options.flag("adopt")) manifest.sink.options.set("adopt", true);
  if (options.is_given("allow_empty_source") && options.flag("allow_empty_source")) {
    manifest.sink.options.set("allow_empty_source", true);
  }
  if (options.is_given("no_raw") && options.flag("no_raw")) manifest.runtime.set("raw", false);
  if (options.is_given("loaders")) manifest.runtime.set("loaders", options.given()["loaders"]);
}

Result<plan::StartRequest> start_of(const Options& options, const manifest::Manifest& manifest) {
  if (!options.is_given("start_cursor")) return plan::StartRequest{};
  if (!manifest.has_cursor()) {
    return Error(ErrorClass::kUsage, "usage.strategy",
                 "--start-cursor requires a cursor (source.options.cursor); " + manifest.strategy.mode +
                     " without one reads every row")
        .hint("leave it out, or name a cursor");
  }
  return plan::StartRequest{options.text("start_cursor")};
}

Result<manifest::Manifest> load_manifest_with(const std::string& path, const Options& options) {
  manifest::ReadOutcome outcome = manifest::read_manifest(path, manifest_schemas());
  if (!options.flag("quiet")) {
    for (const std::string& line : outcome.notice_lines()) print_error("notice: " + line + "\n");
  }
  if (!outcome.ok()) return outcome.to_error();
  manifest::Manifest manifest = std::move(*outcome.manifest);
  apply_overrides(manifest, options);
  return manifest;
}

}  // namespace dpone::cli
