// The route of `dpone copy`: a manifest made of --from, --to, --table and --to-table. `reconcile` and `cleanup` take
// the same four instead of a manifest, for the leftovers of a copy.
#pragma once

#include <string>

#include "dpone/base/option_spec.h"
#include "dpone/cli/route_setup.h"

namespace dpone::cli {

// REQUIRES: --from, --to and --table are given. The overrides (session.h) are left to the caller.
Result<ResolvedRoute> resolve_copy(const Options& options);

// One end of a copy, or what another command is to look at.
struct CopyEnd {
  connections::ResolvedConnection connection;
  std::string argument;  // as given, without a password
  std::string path;      // of a file or stream; empty where rows are found by a table
};

// The meaning of an argument such as that of --from. `flag` is for messages; a password in a URL gets its warning.
// Class kUsage: those of parse_endpoint_argument, parse_url and resolve_connection, copy.unknown_path, and
// connection.no_connector for a system that this build cannot open. `has_format`: the user declares that it is a file,
// whatever its name.
Result<CopyEnd> resolve_end(const std::string& flag, const std::string& text, const std::string& id_of_url,
                            bool has_format = false);
// As in a manifest.
manifest::Endpoint endpoint_of(const CopyEnd& end, const manifest::TableName& table, bool is_source);
// The options of `command` that belong in its manifest, as far as it has them. Class kUsage, slugs usage.exclusive and
// usage.strategy.
Status take_options(const Options& options, manifest::Manifest& manifest, const std::string& command);

}  // namespace dpone::cli
