// doctor: looks at what a run needs, one thing after the other, and says of each what to do.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "dpone/base/file.h"
#include "dpone/cli/commands/commands.h"
#include "dpone/cli/connectors.h"
#include "dpone/cli/health_check.h"
#include "dpone/cli/manifest_schemas.h"
#include "dpone/cli/output.h"
#include "dpone/cli/plan_output.h"
#include "dpone/cli/session.h"
#include "dpone/cli/terminal.h"
#include "dpone/connections/listing.h"
#include "dpone/manifest/reader.h"
#include "dpone/report/number_format.h"

namespace dpone::cli {
namespace {

constexpr std::int64_t kFewBytes = 100LL << 20;
constexpr std::int64_t kTooFewBytes = 1LL << 20;
constexpr std::chrono::seconds kMuchSkew{5};

HealthCheck version_check() {
  std::string names;
  for (const Connector* one : connectors()) names += (names.empty() ? "" : ", ") + std::string(one->system.name);
  return ok_check("version", fmt::format("dpone {}, with {}", DPONE_VERSION, names));
}

HealthCheck locale_check() {
  std::string name = "LANG";
  std::string value;
  for (const char* candidate : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* text = std::getenv(candidate);
    if (text == nullptr || *text == '\0') continue;
    name = candidate;
    value = text;
    break;
  }
  std::string lower;
  for (const char c : value) {
    if (c != '-') lower += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  const std::string said = value.empty() ? "no locale is set" : name + "=" + value;
  if (lower.find("utf8") != std::string::npos) return ok_check("locale", said);
  if (!is_live_terminal(STDOUT_FILENO)) {
    return ok_check("locale", said + "; dpone writes UTF-8 in any locale");
  }
  return warning_check("locale", said + ": this terminal may display non-ASCII characters incorrectly",
                       "export LC_ALL=C.UTF-8");
}

HealthCheck terminal_check() {
  if (::isatty(STDERR_FILENO) != 1) {
    return ok_check("terminal", "stderr is not a terminal: a run logs its progress in lines (--progress)");
  }
  if (!is_live_terminal(STDERR_FILENO)) {
    return warning_check("terminal", "TERM is not set, or dumb: a run logs its progress in lines",
                         "export TERM=xterm-256color, if the terminal is one");
  }
  return ok_check("terminal", fmt::format("{} columns, live progress{}", terminal_width(STDERR_FILENO),
                                          wants_color(STDERR_FILENO) ? ", colors" : ", no colors (NO_COLOR)"));
}

Error state_error(const std::filesystem::path& path, const std::string& why) {
  return Error(ErrorClass::kFailed, "state.not_writable", path.string() + " " + why)
      .hint("give this user permission to write there, or name another folder with --state-dir");
}

// 0, or the errno of making a file in `folder`: rights, quotas and read-only disks are all known by it alone.
int try_to_write(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / fmt::format(".dpone-doctor-{}", ::getpid());
  const FileDescriptor made(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!made.is_open()) return errno;
  ::unlink(file.c_str());
  return 0;
}

// The folder of ledger and reports, or the nearest one above it that is there.
void check_state_dir(const std::filesystem::path& state_dir, std::vector<HealthCheck>& checks) {
  std::error_code code;
  std::filesystem::path there = std::filesystem::absolute(state_dir, code).lexically_normal();
  const bool exists = std::filesystem::exists(there, code);
  while (!std::filesystem::exists(there, code) && there.has_parent_path() && there != there.root_path()) {
    there = there.parent_path();
  }
  if (!std::filesystem::is_directory(there, code)) {
    checks.push_back(problem_check("state folder", state_error(there, "is a file, not a folder")));
    return;
  }
  if (const int number = try_to_write(there); number != 0) {
    checks.push_back(
        problem_check("state folder", state_error(there, fmt::format("cannot be written: {}", std::strerror(number)))));
  } else {
    checks.push_back(
        ok_check("state folder", exists ? state_dir.string() + " can be written"
                                        : state_dir.string() + " does not exist yet; the first run creates it"));
  }
  struct statvfs disk {};
  if (::statvfs(there.c_str(), &disk) != 0) return;
  const auto free = static_cast<std::int64_t>(disk.f_bavail) * static_cast<std::int64_t>(disk.f_frsize);
  const std::string text = report::bytes_text(free) + " free for the state folder";
  const std::string next = "free some space, or name another folder with --state-dir";
  if (free < kTooFewBytes) {
    checks.push_back(problem_check("disk", Error(ErrorClass::kFailed, "file.disk_full", text).hint(next)));
  } else if (free < kFewBytes) {
    checks.push_back(warning_check("disk", text, next));
  } else {
    checks.push_back(ok_check("disk", text));
  }
}

void check_reach(const std::string& name, const ConnectionSettings& settings, const RunContext& context,
                 std::vector<HealthCheck>& checks) {
  const Connector* const found = find_connector(settings.system);
  if (found == nullptr) {
    checks.push_back(warning_check(name, "complete; but this build has no connector for " + settings.system,
                                   "use a build that has one"));
    return;
  }
  if (found->probe == nullptr) {
    checks.push_back(ok_check(name, "complete"));
    return;
  }
  const auto began = context.clock->steady_now();
  const Result<ProbeAnswer> answer = found->probe(settings, context);
  const auto took = context.clock->steady_now() - began;
  if (!answer) {
    checks.push_back(problem_check(name, answer.error()));
    return;
  }
  checks.push_back(ok_check(name, fmt::format("{}, {}", answer->text, report::duration_text(took))));
  if (!answer->clock_skew) return;
  const auto skew = std::chrono::abs(*answer->clock_skew);
  if (skew <= kMuchSkew + took) return;
  checks.push_back(warning_check(
      name,
      fmt::format("its clock is {} {} this machine's", report::duration_text(skew),
                  answer->clock_skew->count() > 0 ? "ahead of" : "behind"),
      "synchronize both with a time server; until then, do not compare times in reports with those in receipts"));
}

void check_strays(const connections::Listing& listing, std::vector<HealthCheck>& checks) {
  for (const std::string& stray : listing.strays) {
    const std::string near = connections::nearest_variable(stray, listing, systems());
    checks.push_back(warning_check("environment", stray + " is not read: it does not end with a field of a connection",
                                   near.empty() ? "unset it, or correct its name" : "did you mean " + near + "?"));
  }
}

void check_environment(const connections::Listing& listing, const RunContext& context, bool is_offline,
                       std::vector<HealthCheck>& checks) {
  const connections::ProcessEnvironment environment;
  for (const connections::FoundConnection& found : listing.connections) {
    const std::string name = "connection " + found.id;
    if (!found.unread.empty()) {
      checks.push_back(warning_check(name,
                                     fmt::format("{} is not read: not a field of {}", found.unread[0], found.system),
                                     "unset it, or correct its name"));
    }
    const auto resolved = connections::resolve_connection({found.system, "env", found.id}, environment, systems());
    if (!resolved) {
      checks.push_back(problem_check(name, resolved.error()));
    } else if (is_offline) {
      checks.push_back(ok_check(name, "complete; not connected (--offline)"));
    } else {
      check_reach(name, resolved->settings, context, checks);
    }
  }
  if (!listing.connections.empty()) return;
  checks.push_back(warning_check("connections", "none is set in the environment (DPONE_CONN_...)",
                                 fmt::format("export {}='{}' defines one called shop",
                                             connections::variable_name("shop", "url"), systems()[0].example_url)));
}

// An end without a server is checked as the run will find it: a database that the first run creates is not a problem.
HealthCheck look_at(const std::string& name, const Result<std::string>& found) {
  return found ? ok_check(name, *found) : problem_check(name, found.error());
}

// An end that can be read or written only once is not checked: the check would take the run's rows.
bool is_stream(const std::string& path) {
  std::error_code code;
  const auto status = std::filesystem::status(path, code);
  return path == "-" || (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status) &&
                         !std::filesystem::is_directory(status));
}

Result<std::string> describe_source(const ResolvedRoute& route, const RunContext& context) {
  DPONE_TRY(const auto source, open_source(route, context));
  DPONE_TRY(const SourceFacts facts, source->describe());
  return fmt::format("{}, {} columns", facts.relation, facts.columns.size());
}

Result<std::string> describe_sink(const ResolvedRoute& route, const RunContext& context) {
  DPONE_TRY(const auto sink, open_sink(route, context));
  const SourceFacts nothing;
  DPONE_TRY(const TargetFacts facts, sink->describe({nothing, {}}));
  if (!facts.exists) return facts.relation + " does not exist yet; the first run creates it";
  return fmt::format("{}, {} columns", facts.relation, facts.columns.size());
}

bool has_server(const ConnectionSettings& settings) {
  const Connector* const found = find_connector(settings.system);
  return found == nullptr || found->extensions.empty();
}

// The plan, as a run makes it. A problem of an end has been reported already, and stops it too.
void check_plan(const ResolvedRoute& route, const Session& session, std::vector<HealthCheck>& checks) {
  const bool has_problem = std::any_of(checks.begin(), checks.end(),
                                       [](const HealthCheck& check) { return check.health == Health::kProblem; });
  if (has_problem) {
    checks.push_back(ok_check("plan", "not made, because of the problems above"));
    return;
  }
  const Result<plan::RoutePlan> plan = plan_of(route, session, {});
  if (!plan) {
    checks.push_back(problem_check("plan", plan.error()));
    return;
  }
  checks.push_back(ok_check("plan", method_text(*plan)));
}

void check_ends(const ResolvedRoute& route, const RunContext& context, bool is_offline,
                std::vector<HealthCheck>& checks) {
  const std::string from = route.manifest.source.connection_id;
  const std::string to = route.manifest.sink.connection_id;
  const auto check = [&](const std::string& name, const ConnectionSettings& settings) {
    if (is_offline) {
      checks.push_back(ok_check(name, "complete; not connected (--offline)"));
    } else {
      check_reach(name, settings, context, checks);
    }
  };
  const auto check_end = [&](const std::string& name, const std::string& connection, const ConnectionSettings& settings,
                             const auto& describe) {
    if (has_server(settings)) {
      check(connection.empty() ? name : "connection " + connection, settings);
    } else if (is_offline || is_stream(settings.field("path"))) {
      checks.push_back(ok_check(name, is_offline ? "not checked (--offline)" : "a stream, which is not checked"));
    } else {
      checks.push_back(look_at(name, describe(route, context)));
    }
  };
  check_end("source", from, route.source, describe_source);
  const bool is_asked = !to.empty() && to == from && has_server(route.sink);
  if (!is_asked) check_end("target", to, route.sink, describe_sink);
  if (route.state) check("state store", *route.state);
}

Status check_manifest(const std::string& file, ResolvedRoute& route, std::vector<HealthCheck>& checks) {
  manifest::ReadOutcome outcome = manifest::read_manifest(file, manifest_schemas());
  if (!outcome.ok()) return outcome.to_error();
  route.manifest.file = outcome.manifest->file;
  DPONE_TRY(route, resolve_route(*std::move(outcome.manifest)));
  checks.push_back(ok_check("manifest", fmt::format("{}: process {}", file, route.manifest.name)));
  return {};
}

}  // namespace

Result<int> doctor_command(const ParsedArguments& arguments) {
  const Options& options = arguments.options;
  const bool is_offline = options.flag("offline");
  std::vector<HealthCheck> checks = {version_check(), locale_check(), terminal_check()};

  ResolvedRoute route;
  route.manifest.name = "doctor";
  route.manifest.runtime = Options(manifest::runtime_options());
  bool has_route = false;
  if (!arguments.positionals.empty()) {
    const Status read = check_manifest(arguments.positionals[0], route, checks);
    has_route = static_cast<bool>(read);
    if (!read) checks.push_back(problem_check("manifest", read.error()));
  }
  DPONE_TRY(const auto session, Session::begin(options, route, ""));
  const RunContext& context = session->context();
  check_state_dir(session->state_dir(), checks);
  const connections::Listing listing = connections::list_connections(connections::ProcessEnvironment(), systems());
  if (has_route) {
    check_ends(route, context, is_offline, checks);
    if (!is_offline && !is_stream(route.source.field("path"))) check_plan(route, *session, checks);
  } else if (arguments.positionals.empty()) {
    check_environment(listing, context, is_offline, checks);
  }
  check_strays(listing, checks);
  if (context.stop.stop_requested()) return interrupted_error();

  const int code = worst_exit_code(checks);
  if (session->is_json()) {
    DPONE_CHECK(print_json(checks_to_json(checks)));
  } else if (!session->is_quiet()) {
    const std::size_t width = ::isatty(STDOUT_FILENO) == 1 ? terminal_width(STDOUT_FILENO) : 0;
    DPONE_CHECK(print_out(render_checks(checks, width)));
  } else if (code != 0) {
    std::erase_if(checks, [](const HealthCheck& check) { return check.health != Health::kProblem; });
    print_error(render_checks(checks));
  }
  return code;
}

}  // namespace dpone::cli
