// Names of what a run makes in the target's schema before it is published: `__dpone_` and 16 hex digits of the hash of
// (kind, target, run), never a suffix, so that names of 63 bytes cannot collide. A plan, which has no run id yet, shows
// `__dpone_{kind}` instead. Value; pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dpone::postgres {

class TemporaryNames {
 public:
  // An empty `run_id` makes the names of a plan.
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

// Key of the advisory lock that says "the run of this stage is alive". REQUIRES: a stage's name.
std::int64_t stage_lock_key(std::string_view stage);
// Key of the advisory lock under which a target is published (database-wide).
std::int64_t target_lock_key(std::string_view target);
// Key of the lock under which schemas and types are made for new tables (database-wide).
std::int64_t prepare_lock_key();
// Key of the lock under which a schema's control table is made.
std::int64_t control_lock_key(std::string_view schema);

}  // namespace dpone::postgres
