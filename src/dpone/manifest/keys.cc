#include "dpone/manifest/keys.h"

#include <fmt/format.h>

#include <algorithm>

namespace dpone::manifest {
namespace {

constexpr OptionSpec kTopKeys[] = {
    {.name = "name",
     .description = "Process id: names the run, its receipts and its ledger records. Two manifests that write the same "
                    "target need two names",
     .is_required = true},
    {.name = "description", .description = "Free text for people"},
};

constexpr std::string_view kTypeHelp = "System at this end";
constexpr std::string_view kConnectionTypeHelp =
    "Where the connection comes from: `env` reads `DPONE_CONN_<ID>_*` variables, `params` the mapping beside it. "
    "Required for a type with tables";

constexpr OptionSpec kEndpointKeys[] = {
    {.name = "type", .kind = OptionKind::kChoice, .description = kTypeHelp, .is_required = true},
    {.name = "connection_type",
     .kind = OptionKind::kChoice,
     .choices = "env|params",
     .description = kConnectionTypeHelp},
    {.name = "connection_id", .description = "Name of the connection. Required with `connection_type: env`"},
    {.name = "path",
     .kind = OptionKind::kPath,
     .description =
         "For a type without tables, instead of connection and table: a file, relative to the manifest's folder; "
         "a source may contain `*`, `?` and `[...]`; `-` is stdin or stdout"},
};

constexpr OptionSpec kTableKeys[] = {
    {.name = "schema",
     .description = "Schema of the table, as the catalog spells it; without it, the connection's `schema`, else the "
                    "system's default"},
    {.name = "name", .description = "Name of the table, as the catalog spells it", .is_required = true},
};

constexpr OptionSpec kSourceOptions[] = {
    {.name = "query",
     .description = "A SELECT to read instead of a table. Excludes `source.table` and the other options here",
     .value_name = "SQL"},
    {.name = "where",
     .description = "Condition in the source's SQL; only rows that meet it are read",
     .value_name = "SQL"},
    {.name = "columns", .kind = OptionKind::kNameList, .description = "Columns to read; all without it"},
    {.name = "exclude", .kind = OptionKind::kNameList, .description = "Columns to leave out. Excludes `columns`"},
    {.name = "limit",
     .kind = OptionKind::kInteger,
     .description = "Maximum number of rows to read, in no particular order: for trying things out",
     .value_name = "N"},
    {.name = "cursor",
     .description = "Column that grows with every new or changed row. An incremental run reads the rows beyond the "
                    "greatest value of the last one",
     .value_name = "COLUMN"},
    {.name = "overlap",
     .kind = OptionKind::kSpan,
     .description = "Read this much again before the last position, for rows that were committed late: a number, or a "
                    "duration for dates and timestamps",
     .value_name = "SPAN"},
    {.name = "cursor_nulls",
     .kind = OptionKind::kChoice,
     .choices = "fail|ignore|always",
     .default_text = "fail",
     .description = "Rows without a cursor value: `fail` ends the run, `ignore` leaves them out, `always` reads them "
                    "every time (incremental_merge only)"},
    {.name = "cursor_behind",
     .kind = OptionKind::kChoice,
     .choices = "auto|fail|warn|restart",
     .default_text = "auto",
     .description = "When all rows of the source are below the last position: `fail` ends the run, `warn` continues, "
                    "`restart` reads from the beginning; `auto` fails if the source table was emptied or recreated, "
                    "otherwise warns"},
    {.name = "cursor_max",
     .description =
         "The greatest allowed value of a cursor; a greater one ends the run, because it would hide all rows "
         "that come later. `none` allows any value. By default, one day from now for dates and timestamps, "
         "unlimited for others",
     .value_name = "VALUE"},
};

constexpr OptionSpec kSinkOptions[] = {
    {.name = "overwrite_type",
     .kind = OptionKind::kChoice,
     .choices = "auto|exchange|truncate_insert|delete_insert",
     .default_text = "auto",
     .description = "How full_refresh replaces the target: `exchange` puts a new table in its place, "
                    "`truncate_insert` and `delete_insert` change its rows in one transaction; `auto` uses exchange "
                    "if nothing depends on the table's identity, otherwise truncate_insert"},
    {.name = "adopt",
     .kind = OptionKind::kFlag,
     .default_text = "false",
     .description = "Take over a non-empty target that this process has no receipt for"},
    {.name = "allow_empty_source",
     .kind = OptionKind::kFlag,
     .default_text = "false",
     .description = "Let a source without rows replace a target that had rows"},
    {.name = "new_columns",
     .kind = OptionKind::kChoice,
     .choices = "follow|fail",
     .default_text = "follow",
     .description =
         "A new nullable source column, if dpone created the target: `follow` adds it, `fail` refuses the run"},
    {.name = "advance_sequences",
     .kind = OptionKind::kFlag,
     .description = "Move the sequence or identity of a loaded column of the target on behind the greatest value that "
                    "is there. Without it, where dpone created the target"},
    {.name = "control_schema", .description = "Schema of the control table `__dpone__loads`; by default the target's"},
    {.name = "publish_wait",
     .kind = OptionKind::kDuration,
     .default_text = "60s",
     .description = "How long publishing tries to get its locks before it gives up (exit 4)",
     .max = 86'400'000},
};

constexpr OptionSpec kStrategyKeys[] = {
    {.name = "mode", .kind = OptionKind::kChoice, .description = "What a run does to the target", .is_required = true},
};

constexpr OptionSpec kStrategyOptions[] = {
    {.name = "unique_key",
     .kind = OptionKind::kNameList,
     .description = "Columns that identify a row. With it, NULLs and duplicates in the key fail the run before "
                    "anything is published"},
};

constexpr OptionSpec kStateKeys[] = {
    {.name = "type",
     .kind = OptionKind::kChoice,
     .description =
         "System that stores the state. A file system stores it in `.dpone/state.db`, for one machine, which is "
         "the default; a server stores it in a table, for several machines. With `disabled` the target's receipt is "
         "the only record. full_refresh has no cursor and keeps no state",
     .is_required = true},
    {.name = "connection_type",
     .kind = OptionKind::kChoice,
     .choices = "env|params",
     .description = "As `source.connection_type`; for a server"},
    {.name = "connection_id", .description = "As `source.connection_id`"},
    {.name = "schema", .description = "Schema of the table `__dpone__state`, `dpone` by default; dpone creates it"},
};

constexpr OptionSpec kQualityKeys[] = {
    {.name = "min_rows",
     .kind = OptionKind::kInteger,
     .description = "Fewer rows than this fail the run before anything is published. Row counts of source, wire and "
                    "stage are always compared",
     .value_name = "N"},
    {.name = "recount",
     .kind = OptionKind::kFlag,
     .default_text = "false",
     .description = "Count the staged rows again where they lie: of a file from its bytes, of a database by a "
                    "SELECT. Without it, rows that neither end counts by itself leave the gate `row_count` unverified"},
};

constexpr OptionSpec kRuntimeKeys[] = {
    {.name = "raw",
     .kind = OptionKind::kFlag,
     .default_text = "true",
     .description = "Pass the source's bytes through unparsed if both ends agree on the types"},
    {.name = "loaders",
     .kind = OptionKind::kInteger,
     .description =
         "Connections that load into the stage at once, if the sink supports it. All except the first are opened "
         "only while rows queue up. By default 2, and 1 for an exchange, whose rows are then visible to "
         "transactions that began before the load",
     .min = 1,
     .max = 16,
     .value_name = "N"},
    {.name = "max_row_bytes",
     .kind = OptionKind::kBytes,
     .default_text = "256MiB",
     .description = "A larger row fails the run; the error gives its number",
     .min = 1024,
     .max = 1LL << 40},
    {.name = "settle_wait",
     .kind = OptionKind::kDuration,
     .default_text = "30s",
     .description = "After a lost answer to COMMIT: how long to try to read the receipt before the outcome "
                    "counts as unknown (exit 5)",
     .max = 86'400'000},
};

constexpr SectionSpec kSections[] = {
    {.path = "", .description = "One process: one source, one sink", .is_required = true, .keys = kTopKeys},
    {.path = "source", .description = "Where rows come from", .is_required = true, .keys = kEndpointKeys},
    {.path = "source.params",
     .description =
         "With `connection_type: params`: the connection's fields. A value may contain `${VAR}`; `password` must "
         "be one"},
    {.path = "source.table",
     .description = "The table to read; without it, `source.options.query`, or `source.path` for files",
     .keys = kTableKeys},
    {.path = "source.options",
     .description = "Options of the read; the connector adds its own",
     .keys = kSourceOptions},
    {.path = "sink", .description = "Where rows go", .is_required = true, .keys = kEndpointKeys},
    {.path = "sink.params", .description = "As `source.params`"},
    {.path = "sink.table", .description = "The table to write. Required for a type with tables", .keys = kTableKeys},
    {.path = "sink.strategy",
     .description = "What a run does to the target",
     .is_required = true,
     .keys = kStrategyKeys},
    {.path = "sink.options", .description = "Options of the load; the connector adds its own", .keys = kSinkOptions},
    {.path = "state", .description = "Where cursors are kept", .keys = kStateKeys},
    {.path = "state.params", .description = "As `source.params`"},
    {.path = "quality", .description = "Gates that decide before publishing", .keys = kQualityKeys},
    {.path = "runtime", .description = "How the run works", .keys = kRuntimeKeys},
};

constexpr std::string_view kNotInThisBuild = "is not available in this build";

constexpr OldSpelling kOldSpellings[] = {
    {"sink.strategy.overwrite_type", "sink.options.overwrite_type", true},
    {"source.options.exclude_columns", "source.options.exclude", true},
    {"source.connection_ref", "source.connection_id", true},
    {"sink.connection_ref", "sink.connection_id", true},
    {"source.options.incremental_column", "source.options.cursor", true},
    {"source.options.unique_key", "sink.strategy.unique_key", true},
    {"state.connection_ref", "state.connection_id", true},
    {"kind", "", false, "batch and flow manifests are not available in this build; write one manifest a process"},
    {"schemas", "", false, "batch manifests are not available in this build; write one manifest a process"},
    {"schema_contract", "", false, kNotInThisBuild},
    {"transforms", "", false, kNotInThisBuild},
    {"depends_on", "", false, "is not available in this build: order the runs in your scheduler"},
    {"task_group", "", false, "is not available in this build: group the runs in your scheduler"},
    {"reconciliation", "", false, "is not available in this build; full_refresh removes deleted rows"},
    {"tech_schema", "sink.options.control_schema", false,
     "is not used; the schema of dpone's own table is sink.options.control_schema"},
    {"observability", "", false, kNotInThisBuild},
    {"performance", "", false, kNotInThisBuild},
    {"certification", "", false, kNotInThisBuild},
    {"gitops", "", false, "is not part of a manifest; remove it"},
    {"data_product", "", false, "is not part of a manifest; remove it"},
    {"bigquery_proxy", "", false, kNotInThisBuild},
    {"source.vault_mount_point", "", false, "is not available in this build; use connection_type: env"},
    {"source.vault_path", "", false, "is not available in this build; use connection_type: env"},
    {"sink.vault_mount_point", "", false, "is not available in this build; use connection_type: env"},
    {"sink.vault_path", "", false, "is not available in this build; use connection_type: env"},
    {"source.api_type", "", false, kNotInThisBuild},
    {"source.options.batch_size", "", false, "has no effect: batches are limited by bytes, not rows; remove it"},
    {"source.options.batch_commit_mode", "", false, "has no effect: a load is published in one step; remove it"},
    {"source.options.delta_size_threshold", "", false, "has no effect: rows do not go through files; remove it"},
    {"source.options.export_format", "", false, "has no effect: the plan chooses the fastest format; remove it"},
    {"source.options.native_transfer", "runtime.raw", false,
     "has no effect: runtime.raw is native transfer and is on by default; remove it"},
    {"source.options.hooks", "", false, kNotInThisBuild},
    {"source.options.partitioning", "", false, kNotInThisBuild},
    {"source.options.incremental_strategy", "source.options.cursor", false,
     "is not available in this build; source.options.cursor names the column"},
    {"source.options.lookback_days", "source.options.overlap", false, "is written source.options.overlap: 3d"},
    {"sink.options.schema_evolution", "sink.options.new_columns", false,
     "is not available in this build; sink.options.new_columns says what happens to new columns"},
    {"sink.options.schema", "sink.options.new_columns", false, "is written sink.options.new_columns"},
    {"sink.options.type_inference", "", false, "has no effect: types come from the source's catalog; remove it"},
    {"sink.options.physical_design", "", false, kNotInThisBuild},
    {"sink.options.lineage", "", false, kNotInThisBuild},
    {"sink.options.load_governance", "", false, kNotInThisBuild},
    {"sink.options.runtime_evidence", "", false, "has no effect: every run writes a report; see --state-dir"},
    {"sink.options.dlq", "", false, kNotInThisBuild},
    {"sink.options.table_description", "", false, kNotInThisBuild},
    {"sink.options.table_labels", "", false, kNotInThisBuild},
    {"sink.strategy.merge_policy", "", false,
     "has no effect: the plan chooses the statements for the target; remove it"},
    {"sink.strategy.duplicate_policy", "sink.strategy.unique_key", false,
     "has no effect: duplicates of unique_key fail, unless sink.strategy.keep_latest_by selects the row to keep; "
     "remove "
     "it"},
    {"sink.strategy.portable_scope", "sink.strategy.scope", false, "is written as conditions in sink.strategy.scope"},
    {"sink.strategy.partition", "", false, "belongs to the strategy partition_replace, which this build does not have"},
    {"state.vault_mount_point", "", false, "is not available in this build; use connection_type: env"},
    {"state.credentials_source", "", false, "has no effect: connection_type replaces it; remove it"},
    {"state.table", "state.schema", false, "is written state.schema; the table is __dpone__state"},
    {"quality.gates", "quality.min_rows", false,
     "is not available in this build; row counts are always reconciled, and quality.min_rows sets a floor"},
    {"quality.checks", "quality.min_rows", false,
     "is not available in this build; row counts are always reconciled, and quality.min_rows sets a floor"},
    {"quality.mode", "", false, "has no effect: a gate that fails stops the run; remove it"},
    {"quality.acceptance", "", false, kNotInThisBuild},
    {"runtime.storage", "", false,
     "has no effect: nothing is spooled to disk; --state-dir sets the folder of ledger and reports"},
    {"runtime.capabilities", "", false, "has no effect: `dpone plan` shows what a route can do; remove it"},
    {"runtime.compatibility", "", false, "has no effect: connections by id need no switch; remove it"},
    {"runtime.run_id", "", false, "is an argument of a run, not of a manifest: use --run-id"},
};

constexpr std::string_view kStrategySection = "sink.strategy";

constexpr bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_process_name(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return is_lower_or_digit(c) || c == '_'; });
}

// The rule of connections/provider.h, which this room cannot include.
bool is_connection_id(std::string_view text) {
  const auto is_word = [](char c) { return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z'); };
  return !text.empty() && is_word(text.front()) && is_word(text.back()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return is_word(c) || c == '_' || c == '-' || c == '.'; });
}

constexpr std::string_view kConnectionId = "^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$";
constexpr std::string_view kConnectionIdMeaning = "letters, digits and, inside, underscores, dots and hyphens";

constexpr TextRule kTextRules[] = {
    {"name", "^[a-z0-9_]+$", is_process_name, "lower-case letters, digits and underscores", 3, 64},
    {"description", "", nullptr, "", 0, 500},
    {"source.connection_id", kConnectionId, is_connection_id, kConnectionIdMeaning, 1, 128},
    {"sink.connection_id", kConnectionId, is_connection_id, kConnectionIdMeaning, 1, 128},
    {"state.connection_id", kConnectionId, is_connection_id, kConnectionIdMeaning, 1, 128},
};

constexpr std::string_view kKnownModes[] = {
    "full_refresh",
    "incremental_append",
    "incremental_merge",
    "replace",
    "partition_replace",
    "snapshot_diff",
    "scd2",
    "cdc_apply",
    "cdc",
    "snapshot_reconciliation",
    "backfill",
    "xmin",
};

std::string_view type_name(const OptionSpec& spec) {
  switch (spec.kind) {
    case OptionKind::kFlag:
      return "true or false";
    case OptionKind::kText:
      return spec.value_name == "SQL" ? "text (SQL)" : "text";
    case OptionKind::kInteger:
      return "integer";
    case OptionKind::kDuration:
      return "duration";
    case OptionKind::kBytes:
      return "size";
    case OptionKind::kChoice:
      return "one of";
    case OptionKind::kNameList:
      return "name or list of names";
    case OptionKind::kPath:
      return "path";
    case OptionKind::kSpan:
      return "integer or duration";
    case OptionKind::kTextMap:
      return spec.takes_scalars ? "mapping of texts, numbers or booleans" : "mapping of texts";
  }
  return "text";
}

std::string type_cell(const OptionSpec& spec, std::string_view path) {
  std::string cell(type_name(spec));
  if (spec.kind == OptionKind::kChoice) {
    if (path == "sink.strategy.mode") return "a strategy's name";
    if (spec.choices.empty()) return path == "state.type" ? "a connector's name, or `disabled`" : "a connector's name";
    std::string list;
    for (const std::string_view choice : option_choices(spec))
      list += fmt::format("{}`{}`", list.empty() ? "" : ", ", choice);
    cell = list;
  }
  for (const TextRule& rule : kTextRules) {
    if (rule.path != path) continue;
    if (!rule.meaning.empty()) cell += fmt::format(": {}", rule.meaning);
    cell += rule.min_length > 1 ? fmt::format(", {} to {} characters", rule.min_length, rule.max_length)
                                : fmt::format(", at most {} characters", rule.max_length);
  }
  const bool is_number =
      spec.kind == OptionKind::kInteger || spec.kind == OptionKind::kDuration || spec.kind == OptionKind::kBytes;
  if (is_number && spec.max != INT64_MAX) {
    cell += fmt::format(", {} to {}", format_option(spec, Json(spec.min)), format_option(spec, Json(spec.max)));
  } else if (is_number) {
    cell += fmt::format(", at least {}", format_option(spec, Json(spec.min)));
  }
  return cell;
}

}  // namespace

std::span<const SectionSpec> sections() { return kSections; }
std::span<const OldSpelling> old_spellings() { return kOldSpellings; }
std::span<const TextRule> text_rules() { return kTextRules; }
std::span<const std::string_view> known_modes() { return kKnownModes; }
std::span<const OptionSpec> common_source_options() { return kSourceOptions; }
std::span<const OptionSpec> common_sink_options() { return kSinkOptions; }
std::span<const OptionSpec> common_strategy_options() { return kStrategyOptions; }
std::span<const OptionSpec> runtime_options() { return kRuntimeKeys; }
std::span<const OptionSpec> quality_options() { return kQualityKeys; }
std::span<const OptionSpec> state_options() { return kStateKeys; }

std::vector<std::string_view> choices_of(std::string_view path, const Schemas& schemas) {
  std::vector<std::string_view> choices;
  if (path == "sink.strategy.mode") {
    for (const StrategySpec* strategy : schemas.strategies) choices.push_back(strategy->mode);
    return choices;
  }
  const bool is_state = path == "state.type";
  for (const EndpointSchema& schema : schemas.ends) {
    if (!is_state || schema.state != StatePlace::kNone) choices.push_back(schema.type);
  }
  if (is_state) choices.emplace_back("disabled");
  return choices;
}

const SectionSpec* find_section(std::string_view path) {
  for (const SectionSpec& section : kSections) {
    if (section.path == path) return &section;
  }
  return nullptr;
}

namespace {

// Some spellings are refused only as long as no strategy takes them.
bool is_key(std::string_view path, const Schemas& schemas) {
  const std::size_t dot = path.rfind('.');
  const SectionSpec* const section = find_section(dot == std::string_view::npos ? "" : path.substr(0, dot));
  if (section == nullptr) return false;
  const std::vector<OptionSpec> keys = keys_of(*section, schemas);
  return std::any_of(keys.begin(), keys.end(),
                     [&](const OptionSpec& spec) { return spec.name == path.substr(dot + 1); });
}

}  // namespace

std::vector<OptionSpec> keys_of(const SectionSpec& section, const Schemas& schemas) {
  std::vector<OptionSpec> keys(section.keys.begin(), section.keys.end());
  if (section.path == kStrategySection) {
    const std::vector<OptionSpec> more = strategy_keys(schemas.strategies);
    keys.insert(keys.end(), more.begin(), more.end());
  }
  return keys;
}

std::string key_description(const OptionSpec& spec, std::string_view path, const Schemas& schemas,
                            std::string_view quote) {
  if (path == "sink.strategy.mode") return mode_description(schemas.strategies, quote);
  std::string out(spec.description);
  if (!path.starts_with(kStrategySection)) return out;
  const bool is_common = spec.name == "unique_key";
  const std::string modes =
      is_common ? modes_that_need_key(schemas.strategies) : modes_with(schemas.strategies, spec.name);
  return modes.empty() ? out : out + (is_common ? ". Required for " : ". Only for ") + modes;
}

std::string render_key_tables(const Schemas& schemas) {
  std::string out;
  for (const SectionSpec& section : kSections) {
    if (section.path.empty()) {
      out += "### Top level\n\n";
    } else {
      out += fmt::format("### `{}`\n\n", section.path);
    }
    out +=
        fmt::format("{}.{}\n\n", section.description, section.is_required && !section.path.empty() ? " Required." : "");
    const std::vector<OptionSpec> keys = keys_of(section, schemas);
    if (keys.empty()) continue;
    out += "| key | type | default | meaning |\n|---|---|---|---|\n";
    for (const OptionSpec& spec : keys) {
      const std::string path =
          section.path.empty() ? std::string(spec.name) : fmt::format("{}.{}", section.path, spec.name);
      const std::string fallback = spec.is_required            ? "required"
                                   : spec.default_text.empty() ? ""
                                                               : fmt::format("`{}`", spec.default_text);
      out += fmt::format("| `{}` | {} | {} | {} |\n", spec.name, type_cell(spec, path), fallback,
                         key_description(spec, path, schemas, "`"));
    }
    out += '\n';
  }
  out +=
      "### Spellings of the original dpone\n\nRead as the replacement, with a notice:\n\n| old | replacement "
      "|\n|---|---|\n";
  for (const OldSpelling& old : kOldSpellings) {
    if (old.is_rewritten) out += fmt::format("| `{}` | `{}` |\n", old.path, old.replacement);
  }
  out += "\nRefused, with this text:\n\n| old | replacement | text |\n|---|---|---|\n";
  for (const OldSpelling& old : kOldSpellings) {
    if (old.is_rewritten || is_key(old.path, schemas)) continue;
    out += fmt::format("| `{}` | {} | {} |\n", old.path,
                       old.replacement.empty() ? std::string() : fmt::format("`{}`", old.replacement), old.note);
  }
  return out;
}

}  // namespace dpone::manifest
