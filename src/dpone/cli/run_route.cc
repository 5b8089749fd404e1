#include "dpone/cli/run_route.h"

#include <fmt/format.h>
#include <unistd.h>

#include <future>

#include "dpone/base/guarded.h"
#include "dpone/cli/output.h"
#include "dpone/cli/render_error.h"
#include "dpone/cli/shell_quote.h"
#include "dpone/cli/terminal.h"
#include "dpone/engine/run.h"
#include "dpone/manifest/table_name.h"
#include "dpone/report/run_report.h"

namespace dpone::cli {
namespace {

std::string end_name(const manifest::Endpoint& endpoint, const char* stream) {
  if (!endpoint.path.empty()) return endpoint.path == "-" ? stream : endpoint.path;
  const std::string table = endpoint.table.name.empty() ? "a query" : manifest::format_table_name(endpoint.table);
  const auto path = endpoint.params.find("path");
  if (path != endpoint.params.end()) return table + " of " + path->second;
  return table + " of " + (endpoint.connection_id.empty() ? endpoint.type : endpoint.connection_id);
}

evidence::RunRecord run_connected(const ResolvedRoute& route, const Session& session, const plan::StartRequest& start,
                                  ProgressView& progress) {
  evidence::RunRecord failed;
  // At once: a login takes longer than all that a small run asks.
  auto opening =
      std::async(std::launch::async, [&] { return guarded([&] { return open_source(route, session.context()); }); });
  auto sink = guarded([&] { return open_sink(route, session.context()); });
  auto source = opening.get();
  const auto state = open_state(route, session.state_dir(), session.context());
  if (!source || !sink || !state) {
    failed.process = session.context().process;
    failed.run_id = session.context().run_id;
    failed.manifest_hash = route.manifest.hash();
    failed.errors.push_back(!source ? std::move(source).error() : !sink ? std::move(sink).error() : state.error());
    return failed;
  }
  return engine::run({route.manifest, **source, **sink, session.context(), state->get(), start}, session.state_dir(),
                     progress);
}

// What only the command knows.
void complete(evidence::RunRecord& record, const ResolvedRoute& route) {
  record.manifest = route.manifest.file.string();
  record.source = end_name(route.manifest.source, "stdin");
  record.target = end_name(route.manifest.sink, "stdout");
  for (Error& error : record.errors) {
    if (error.error_class() != ErrorClass::kOutcomeUnknown) continue;
    error = std::move(error).hint(
        "when the server is back, this command shows whether it was published:\ndpone reconcile " + route.arguments +
        " --run-id " + shell_quoted(record.run_id));
  }
}

}  // namespace

int run_route(const ResolvedRoute& route, Session& session, const plan::StartRequest& start) {
  const auto began = session.context().clock->now();
  const auto began_steady = session.context().clock->steady_now();
  if (!route.variables_read.empty()) {
    session.context().debug(fmt::format("variables read: {}", fmt::join(route.variables_read, ", ")));
  }
  ProgressView progress(session.progress_style(), session.context(), [&] { session.begin_publishing(); });
  evidence::RunRecord report = run_connected(route, session, start, progress);
  progress.close();
  complete(report, route);
  report.started_at = began;
  report.finished_at = session.context().clock->now();
  report.duration = session.context().clock->steady_now() - began_steady;
  const auto written = report::write_report(report, session.state_dir());
  if (!written) session.context().warn("cannot write the report: " + written.error().to_line());

  for (const Error& error : report.errors) print_error(render_error(error, wants_color(STDERR_FILENO)));
  Status told;
  // Rows may have gone to stdout, where nothing else belongs then.
  const bool has_rows_on_stdout = route.manifest.sink.path == "-";
  if (has_rows_on_stdout) {
    if (session.is_json()) {
      print_error(report::to_json(report).pretty() + "\n");
    } else if (!session.is_quiet() && report.errors.empty()) {
      print_error(
          report::render_summary(report, written ? *written : std::filesystem::path(), wants_color(STDERR_FILENO)));
    }
  } else if (session.is_json()) {
    told = print_json(report::to_json(report));
  } else if (!session.is_quiet() && report.errors.empty()) {
    told = print_out(
        report::render_summary(report, written ? *written : std::filesystem::path(), wants_color(STDOUT_FILENO)));
  } else if (!session.is_quiet() && written) {
    print_error("report: " + written->string() + "\n");
  }
  if (told) return report.exit_code();
  // What became of the run matters more than its text.
  Error error = std::move(told).error();
  error.add("run", report.run_id + ": " + report.status());
  if (report.is_published) error.add("published", fmt::format("{}, version {}", report.target, report.version));
  if (written) error.add("report", written->string());
  print_error(render_error(error, wants_color(STDERR_FILENO)));
  return report.passed() ? error.exit_code() : report.exit_code();
}

}  // namespace dpone::cli
