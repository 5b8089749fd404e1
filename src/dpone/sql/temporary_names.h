// Names of the objects that a run creates beside its target before it publishes: `__dpone_` and 16 hex digits of the
// hash of (kind, target, run), never a suffix, so that long names cannot collide. A plan, which has no run id yet,
// shows `__dpone_{kind}` instead. Value; pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dpone::sql {

class TemporaryNames {
 public:
  // `target` is the quoted relation. An empty `run_id` makes the names of a plan.
  TemporaryNames(std::string target, std::string run_id) : target_(std::move(target)), run_id_(std::move(run_id)) {}

  std::string stage() const { return name("stage"); }
  std::string index(std::string_view original) const { return name("index " + std::string(original)); }
  std::string sequence(std::string_view column) const { return name("sequence " + std::string(column)); }
  std::string statistics(std::string_view original) const { return name("statistics " + std::string(original)); }

 private:
  std::string name(const std::string& kind) const;
  std::string target_;
  std::string run_id_;
};

// The 16 hex digits of a temporary name as a number, for systems that lock numbers. REQUIRES: a name of a run.
std::int64_t number_of(std::string_view temporary_name);
// The same of anything else: a hash of (kind, object).
std::int64_t number_of(std::string_view kind, std::string_view object);

}  // namespace dpone::sql
