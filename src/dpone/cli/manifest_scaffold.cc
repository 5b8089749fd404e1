#include "dpone/cli/manifest_scaffold.h"

#include <algorithm>
#include <string_view>

#include "dpone/base/log.h"
#include "dpone/plan/strategy/incremental.h"

namespace dpone::cli {
namespace {

bool is_point_in_time(TypeKind kind) {
  return kind == TypeKind::kTimestamp || kind == TypeKind::kTimestampTz || kind == TypeKind::kDate;
}

bool is_whole_number(TypeKind kind) {
  return kind == TypeKind::kInt16 || kind == TypeKind::kInt32 || kind == TypeKind::kInt64;
}

// `updatedAt`, `Updated-At` and `updated_at` are one name.
std::string plain(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') {
      out += static_cast<char>(c - 'A' + 'a');
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      out += c;
    }
  }
  return out;
}

// Place in `names`, or its size.
template <std::size_t N>
std::size_t rank_of(const std::string& name, const std::string_view (&names)[N]) {
  const std::string own = plain(name);
  return static_cast<std::size_t>(std::find(std::begin(names), std::end(names), own) - std::begin(names));
}

constexpr std::string_view kChangeTimes[] = {
    "updatedat",   "modifiedat", "changedat",    "lastmodified", "lastmodifiedat", "lastupdated", "lastupdatedat",
    "lastchanged", "updatedon",  "modifiedon",   "updatetime",   "modifytime",     "updated",     "modified",
    "changed",     "updatedate", "modifieddate", "updatets",     "updatedts"};
constexpr std::string_view kChangeNumbers[] = {"rowversion", "changeseq", "changenumber", "revision", "seq"};
constexpr std::string_view kNewTimes[] = {"createdat",   "insertedat", "createdon",  "createtime", "created",
                                          "createddate", "loggedat",   "occurredat", "eventtime",  "timestamp"};

std::string commented(const std::string& text, const std::string& indent) {
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    // A mark before the indentation, so that taking `# ` away leaves the line where it belongs.
    out += line.starts_with(indent) ? indent + "# " + line.substr(indent.size()) + "\n" : indent + "# " + line + "\n";
    at = end + 1;
  }
  return out;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

// The block of `key` in `section` of a rendered manifest, with its indentation; empty if it is not there.
std::string block_of(const std::string& yaml, const std::string& section, const std::string& key) {
  std::string out;
  bool is_inside = false;
  bool is_taken = false;
  for (const std::string& line : lines_of(yaml)) {
    if (!line.starts_with(" ")) is_inside = line == section + ":";
    if (!is_inside || !line.starts_with("  ")) is_taken = false;
    if (is_inside && line.starts_with("  ") && !line.starts_with("   ")) is_taken = line == "  " + key + ":";
    if (is_taken) out += line + "\n";
  }
  return out;
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return without_control_characters(out);
}

void add_change_cursor(const Suggestion& seen, manifest::Manifest& manifest) {
  manifest.source.options.set("cursor", seen.change_cursors[0]);
  // A transaction may take its time from clock to commit.
  if (seen.is_change_timestamp) manifest.source.options.set("overlap", "10m");
}

// `manifest` as a suggestion would have it.
std::optional<manifest::Manifest> suggested(const ScaffoldInput& input) {
  const Suggestion& seen = *input.suggestion;
  manifest::Manifest out = input.manifest;
  const bool is_readable = input.source.has_cursor;
  if (is_readable && !seen.change_cursors.empty() && !seen.key.empty() && input.sink.has_merge) {
    out.strategy = plan::strategy::begin(plan::strategy::kIncrementalMerge);
    out.strategy.set_unique_key(seen.key);
    add_change_cursor(seen, out);
    return out;
  }
  if (is_readable && !seen.new_row_cursors.empty() && input.sink.has_append) {
    out.strategy = plan::strategy::begin(plan::strategy::kIncrementalAppend);
    out.source.options.set("cursor", seen.new_row_cursors[0]);
    // Rows of equal cursor values are told apart by the key.
    if (seen.key.empty()) return std::nullopt;
    if (seen.key != std::vector<std::string>{seen.new_row_cursors[0]}) out.strategy.set_unique_key(seen.key);
    return out;
  }
  return std::nullopt;
}

std::string key_comment(const ScaffoldInput& input) {
  if (!input.suggestion || input.suggestion->key.empty() || !input.sink.has_keys) return {};
  const Suggestion& seen = *input.suggestion;
  manifest::Manifest with_key = input.manifest;
  with_key.strategy.set_unique_key(seen.key);
  std::string line;
  for (const std::string& one : lines_of(block_of(with_key.to_yaml(), "sink", "strategy"))) {
    if (one.starts_with("    unique_key:")) line = one.substr(4);
  }
  return "    # The source's " + std::string(seen.is_primary_key ? "primary key" : "unique key") +
         ". With it, a NULL or a duplicate in the key fails the\n    # run before anything is published:\n    # " +
         line + "\n";
}

// The comment after the strategy that offers another one.
std::string strategy_suggestion(const manifest::Manifest& other) {
  const std::string cursor = other.source.options.text("cursor");
  std::string out =
      "  # To read only new rows, write this instead of the strategy above, and the\n"
      "  # cursor in source.options (further up). ";
  if (plan::strategy::finds_rows(other)) {
    out += "Use it if every change of a row\n  # moves " + without_control_characters(cursor) +
           " forward, and rows are never deleted:\n";
  } else {
    out += "Use it if every new row has a\n  # greater " + without_control_characters(cursor) +
           " than those before, and rows never change:\n";
  }
  return out + commented(block_of(other.to_yaml(), "sink", "strategy"), "  ");
}

}  // namespace

std::string scope_condition(const Scope& scope) {
  const auto quoted = [](const std::string& text, char mark) {
    std::string out(1, mark);
    for (const char c : text) out.append(c == mark ? 2 : 1, c);
    return out + mark;
  };
  std::string out;
  for (const ScopeTerm& term : scope.terms) {
    std::string values;
    for (const std::string& value : term.values) {
      const char* const separator = term.op == "between" ? " AND " : ", ";
      // A literal without a type takes that of the column.
      values += (values.empty() ? "" : separator) + quoted(value, '\'');
    }
    out += (out.empty() ? "" : " AND ") + quoted(term.column, '"') + " ";
    if (term.op == "in") {
      out += "IN (" + values + ")";
    } else {
      out += (term.op == "between" ? "BETWEEN" : term.op) + " " + values;
    }
  }
  return out;
}

Suggestion suggest(const SourceFacts& source) {
  Suggestion out;
  for (const bool primary : {true, false}) {
    for (const KeyFacts& key : source.keys) {
      if (!out.key.empty() || key.is_primary != primary || key.columns.empty()) continue;
      const bool is_whole = std::all_of(key.columns.begin(), key.columns.end(), [&](const std::string& name) {
        const SourceColumn* column = source.find(name);
        return column != nullptr && !column->is_nullable && !column->is_generated;
      });
      if (!is_whole) continue;
      out.key = key.columns;
      out.is_primary_key = primary;
    }
  }
  std::vector<std::pair<std::size_t, std::string>> changes;
  std::vector<std::pair<std::size_t, std::string>> additions;
  for (const SourceColumn& column : source.columns) {
    if (column.travels_as_text) continue;
    const bool is_time = is_point_in_time(column.type.kind);
    const bool is_number = is_whole_number(column.type.kind);
    const std::size_t change_time = rank_of(column.name, kChangeTimes);
    const std::size_t change_number = rank_of(column.name, kChangeNumbers);
    const std::size_t new_time = rank_of(column.name, kNewTimes);
    if (is_time && change_time < std::size(kChangeTimes)) changes.emplace_back(change_time, column.name);
    if (is_number && change_number < std::size(kChangeNumbers)) {
      changes.emplace_back(std::size(kChangeTimes) + change_number, column.name);
    }
    // A number that counts rows needs no clock.
    const bool is_id = is_number && out.is_primary_key && out.key == std::vector<std::string>{column.name};
    if (is_id) additions.emplace_back(0, column.name);
    if (is_time && new_time < std::size(kNewTimes)) additions.emplace_back(1 + new_time, column.name);
  }
  const auto is_timestamp = [&](const std::string& name) {
    return source.find(name)->type.kind == TypeKind::kTimestamp ||
           source.find(name)->type.kind == TypeKind::kTimestampTz;
  };
  std::stable_sort(changes.begin(), changes.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::stable_sort(additions.begin(), additions.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [rank, name] : changes) out.change_cursors.push_back(std::move(name));
  for (auto& [rank, name] : additions) out.new_row_cursors.push_back(std::move(name));
  out.is_change_timestamp = !out.change_cursors.empty() && is_timestamp(out.change_cursors[0]);
  return out;
}

Scaffold render_scaffold(const ScaffoldInput& input) {
  const manifest::Manifest& manifest = input.manifest;
  const std::string yaml = manifest.to_yaml();
  std::optional<manifest::Manifest> other;
  const bool is_free = plan::strategy::of(manifest).replaces && input.suggestion.has_value();
  if (is_free) other = suggested(input);

  std::string source_end;
  if (other) {
    const bool is_change = plan::strategy::finds_rows(*other);
    const auto& columns = is_change ? input.suggestion->change_cursors : input.suggestion->new_row_cursors;
    source_end = "  # Columns that probably grow with every " + std::string(is_change ? "change" : "new row") + ": " +
                 joined(columns) + ".\n  # With one of them a run reads only new rows (see the strategy below):\n" +
                 commented(block_of(other->to_yaml(), "source", "options"), "  ");
  }

  const std::string file = without_control_characters(input.file);
  const bool may_read_less = plan::strategy::finds_rows(manifest) && input.source.has_cursor &&
                             !manifest.source.options.is_given("cursor") && input.suggestion.has_value() &&
                             !input.suggestion->change_cursors.empty();
  if (may_read_less) {
    manifest::Manifest with_cursor = manifest;
    add_change_cursor(*input.suggestion, with_cursor);
    source_end =
        "  # Every run reads all rows. With a column that grows with every change, it reads only\n"
        "  # rows that changed since the last run. These columns may do so: " +
        joined(input.suggestion->change_cursors) + ".\n" +
        commented(block_of(with_cursor.to_yaml(), "source", "options"), "  ");
  }

  if (input.needs_where) {
    source_end =
        "  # Every row that is read must be inside the scope. Write it as a condition in the\n"
        "  # source's SQL:\n"
        "  # options:\n"
        "  #   where: CONDITION\n";
  }

  std::string out =
      "# Written by dpone init.\n"
      "#   dpone check " +
      file + "    reads this file and the variables\n" + "#   dpone plan " + file +
      "     connects, and shows every statement of a run\n" + "#   dpone run " + file + "      does it\n" +
      "# All keys: docs/formats/manifest.md, or `dpone schema manifest` for an editor.\n";
  std::string section;
  for (const std::string& line : lines_of(yaml)) {
    const bool is_top = !line.starts_with(" ");
    if (is_top && section == "source") out += source_end;
    if (is_top) section = line.substr(0, line.find(':'));
    if (line == "source:") {
      out += "\n" + (input.reads.empty() ? "" : commented(input.reads, ""));
      out += commented(without_control_characters(input.looked_at), "");
    } else if (line == "sink:") {
      out += "\n";
    } else if (section == "sink" && line == "  strategy:") {
      out += commented(std::string(plan::strategy::of(manifest).declared.comment), "  ");
    }
    out += line + "\n";
  }
  if (manifest.strategy.unique_key().empty() && is_free) out += key_comment(input);
  if (other) out += strategy_suggestion(*other);
  return {std::move(out), !source_end.empty() && !input.needs_where};
}

}  // namespace dpone::cli
