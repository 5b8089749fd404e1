// ManifestScaffold: the commented manifest that `dpone init` writes, with suggestions for the strategy from the facts
// of its source. Suggestions are comments that are valid YAML without the comment marks. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dpone/manifest/manifest.h"
#include "dpone/ports/capabilities.h"
#include "dpone/ports/facts.h"
#include "dpone/ports/steps.h"

namespace dpone::cli {

// What a source's catalog suggests.
struct Suggestion {
  std::vector<std::string> key;  // the primary key, else the first unique key; only with columns that cannot be NULL
  bool is_primary_key = false;
  // Columns that look as if they grow with every change (`updated_at`), best first, or with every new row
  // (`created_at`, a number that is the whole primary key).
  std::vector<std::string> change_cursors;
  bool is_change_timestamp = false;  // the first of them is
  std::vector<std::string> new_row_cursors;
};

Suggestion suggest(const SourceFacts& source);

// The terms of a scope as a condition for a source of SQL; empty for one that is a predicate.
std::string scope_condition(const Scope& scope);

struct ScaffoldInput {
  manifest::Manifest manifest;  // with the strategy that was asked for
  std::string file;             // its name in a shell
  std::string reads;            // the explanation of the connections: lines without marks, may be empty
  std::string looked_at;        // the facts of the source, one line; or why they were not read
  std::optional<Suggestion> suggestion;
  SourceCapabilities source;
  SinkCapabilities sink;
  // The manifest replaces a scope that only the sink's SQL can say, and its source reads all rows.
  bool needs_where = false;
};

struct Scaffold {
  std::string text;              // reads back to `input.manifest`
  bool suggests_cursor = false;  // in comments
};

Scaffold render_scaffold(const ScaffoldInput& input);

}  // namespace dpone::cli
