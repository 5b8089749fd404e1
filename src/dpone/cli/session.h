// Session: what every command that connects needs, made from the common options: logger, fault points, the state folder
// and the RunContext over them. Clock and signals are the process's (program.h). Lives as long as the command.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "dpone/base/log.h"
#include "dpone/base/run_context.h"
#include "dpone/cli/command_spec.h"
#include "dpone/cli/progress_view.h"
#include "dpone/cli/route_setup.h"
#include "dpone/manifest/manifest.h"
#include "dpone/plan/start_point.h"

namespace dpone::cli {

class Session {
 public:
  // `run_id` empty: a new one. Fails on a bad run id or DPONE_FAULT.
  static Result<std::unique_ptr<Session>> begin(const Options& options, const ResolvedRoute& route,
                                                const std::string& run_id);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const RunContext& context() const { return context_; }
  // --state-dir, else `.dpone` beside the manifest, else in the current folder.
  const std::filesystem::path& state_dir() const { return state_dir_; }
  ProgressStyle progress_style() const { return progress_style_; }
  bool is_quiet() const { return is_quiet_; }
  bool is_json() const { return is_json_; }
  // A second signal says from here on how to find out what became of the publication.
  void begin_publishing();

 private:
  Session() = default;
  std::unique_ptr<TextLogger> logger_;
  std::unique_ptr<FaultPoints> faults_;
  RunContext context_;
  std::filesystem::path state_dir_;
  ProgressStyle progress_style_ = ProgressStyle::kNone;
  bool is_quiet_ = false;
  bool is_json_ = false;
};

// The manifest at `path` with the command's overrides (--adopt, --allow-empty-source, --no-raw); notices go to stderr.
Result<manifest::Manifest> load_manifest_with(const std::string& path, const Options& options);
void apply_overrides(manifest::Manifest& manifest, const Options& options);
// --start-cursor, where the command has it.
// Class kUsage, slug usage.strategy, of a process without a cursor.
Result<plan::StartRequest> start_of(const Options& options, const manifest::Manifest& manifest);

}  // namespace dpone::cli
