#include "dpone/cli/commands/commands.h"

#include <vector>

#include "dpone/cli/strategy_flags.h"

namespace dpone::cli {
namespace {

constexpr PositionalSpec kManifest[] = {{"MANIFEST", "Manifest file of one process"}};
constexpr PositionalSpec kManifestOrCopy[] = {
    {"MANIFEST", "Manifest file of one process; for a copy, its --from, --to, --table and --to-table instead", false}};
constexpr PositionalSpec kConnection[] = {{"CONNECTION", "Connection id (DPONE_CONN_<ID>_*) or URL"}};

constexpr PositionalSpec kInit[] = {
    {"NAME", "Name of the process; with --demo, the folder to write into (by default the current one)", false}};
constexpr PositionalSpec kDoctor[] = {
    {"MANIFEST", "Check what this manifest needs; without it, all connections in the environment", false}};
constexpr PositionalSpec kEnd[] = {{"CONNECTION", "Connection id (DPONE_CONN_<ID>_*), URL or path"}};
constexpr PositionalSpec kEndAndTable[] = {{"CONNECTION", "Connection id (DPONE_CONN_<ID>_*), URL or path"},
                                           {"TABLE", "Table, `schema.name`; not for a path of a file", false}};
constexpr PositionalSpec kShell[] = {{"SHELL", "bash, zsh or fish", true, "bash|zsh|fish"}};

constexpr OptionSpec kProgress{.name = "progress",
                               .kind = OptionKind::kChoice,
                               .choices = "auto|live|lines|json|none",
                               .default_text = "auto",
                               .description =
                                   "Progress display on stderr: one line that is redrawn, log lines, JSON lines, or "
                                   "none; auto is live on a terminal, lines elsewhere, none with -q"};
constexpr OptionSpec kDryRun{.name = "dry_run",
                             .kind = OptionKind::kFlag,
                             .description = "Print the plan and do nothing else, as `dpone plan` does"};
constexpr OptionSpec kOffline{.name = "offline", .kind = OptionKind::kFlag, .description = "Connect to nothing"};

constexpr OptionSpec kRunId{
    .name = "run_id",
    .description = "Id of this run; if it was already published, the run reports it and does nothing",
    .value_name = "ID"};
constexpr OptionSpec kAdopt{.name = "adopt",
                            .kind = OptionKind::kFlag,
                            .description = "Take over a non-empty target that this process has no receipt for"};
constexpr OptionSpec kAllowEmpty{.name = "allow_empty_source",
                                 .kind = OptionKind::kFlag,
                                 .description = "Let a source without rows replace a target that had rows"};
constexpr OptionSpec kNoRaw{.name = "no_raw",
                            .kind = OptionKind::kFlag,
                            .description = "Decode and encode every value, even if bytes could be passed through"};

constexpr OptionSpec kStartCursor{
    .name = "start_cursor",
    .description =
        "Where to start when there is no usable stored position (adopted target, changed source): a value "
        "of the cursor, target-max for the target's greatest value, none for the beginning",
    .value_name = "VALUE"};

constexpr OptionSpec kLoaders{.name = "loaders",
                              .kind = OptionKind::kInteger,
                              .description = "Number of connections that load at once",
                              .min = 1,
                              .max = 16,
                              .value_name = "N"};

constexpr OptionSpec kRunOptions[] = {kRunId, kAdopt, kAllowEmpty, kStartCursor, kLoaders, kNoRaw, kDryRun, kProgress};
constexpr OptionSpec kPlanOptions[] = {kAdopt, kAllowEmpty, kStartCursor, kNoRaw};
constexpr OptionSpec kFrom{.name = "from",
                           .description = "Source: a URL, a path, - for stdin, or a connection id",
                           .is_required = true,
                           .value_name = "SOURCE"};
constexpr OptionSpec kTo{.name = "to",
                         .description = "Sink: a URL, a path, - for stdout, or a connection id",
                         .is_required = true,
                         .value_name = "SINK"};
constexpr OptionSpec kTable{.name = "table",
                            .description = "Table to read, `schema.name`; needed unless --from is a file",
                            .value_name = "TABLE"};
constexpr OptionSpec kToTable{.name = "to_table",
                              .description = "Table to write; by default the same name, or that of the file",
                              .value_name = "TABLE"};

constexpr std::string_view kFileFormats = "auto|csv|tsv|jsonl";
constexpr OptionSpec kFromFormat{.name = "from_format",
                                 .kind = OptionKind::kChoice,
                                 .choices = kFileFormats,
                                 .default_text = "auto",
                                 .description = "Format of the file --from; auto uses its extension"};
constexpr OptionSpec kToFormat{.name = "to_format",
                               .kind = OptionKind::kChoice,
                               .choices = kFileFormats,
                               .default_text = "auto",
                               .description = "Format of the file --to; auto uses its extension"};

// `spec` where a manifest can be given in its place.
constexpr OptionSpec of_copy(OptionSpec spec) {
  spec.is_required = false;
  return spec;
}

constexpr OptionSpec kReconcileOptions[] = {{.name = "run_id",
                                             .description = "Id of the run whose outcome is asked for",
                                             .is_required = true,
                                             .value_name = "ID"},
                                            of_copy(kFrom),
                                            of_copy(kTo),
                                            of_copy(kTable),
                                            kToTable,
                                            kFromFormat,
                                            kToFormat};
constexpr OptionSpec kCleanupOptions[] = {
    {.name = "dry_run", .kind = OptionKind::kFlag, .description = "List them, delete nothing"},
    of_copy(kFrom),
    of_copy(kTo),
    of_copy(kTable),
    kToTable,
    kFromFormat,
    kToFormat};
constexpr OptionSpec kCheckOptions[] = {
    {.name = "live",
     .kind = OptionKind::kFlag,
     .description = "Also connect, and check tables, columns and privileges by making the plan"}};
constexpr OptionSpec kDiscoverOptions[] = {
    {.name = "schema", .description = "Only this schema", .value_name = "SCHEMA"},
    {.name = "like",
     .description = "Only names that match this SQL pattern: % matches any characters, _ matches one; case is ignored",
     .value_name = "PATTERN"}};
constexpr OptionSpec kInitOptions[] = {
    of_copy(kFrom),
    of_copy(kTo),
    kTable,
    kToTable,
    {.name = "cursor", .description = "Column that grows with every new or changed row", .value_name = "COLUMN"},
    {.name = "output",
     .kind = OptionKind::kPath,
     .description = "File to write, - for stdout; NAME.yaml without it",
     .value_name = "FILE"},
    {.name = "force", .kind = OptionKind::kFlag, .description = "Overwrite an existing file"},
    {.name = "offline",
     .kind = OptionKind::kFlag,
     .description = "Do not read the source's catalog to suggest keys and cursors"},
    {.name = "demo",
     .kind = OptionKind::kFlag,
     .description = "Write a demo project into an empty folder instead: CSV files and manifests that load them into "
                    "a database"}};
constexpr OptionSpec kDoctorOptions[] = {kOffline};

constexpr OptionSpec kCopyOptions[] = {
    kFrom,
    kTo,
    kTable,
    kToTable,
    kFromFormat,
    kToFormat,
    {.name = "type",
     .kind = OptionKind::kTextMap,
     .description = "SQL type of a source column; other columns take the target's type or are inferred",
     .value_name = "COLUMN=TYPE"},
    {.name = "missing",
     .kind = OptionKind::kChoice,
     .choices = "keep|null",
     .default_text = "keep",
     .description = "If a JSON Lines row lacks a key, a merge keeps the target's value (keep) or writes NULL (null)"},
    {.name = "infer",
     .kind = OptionKind::kChoice,
     .choices = "auto|text",
     .default_text = "auto",
     .description = "How to type undeclared columns: infer from the values, or read all as text"},
    {.name = "on_error",
     .kind = OptionKind::kChoice,
     .choices = "fail|reject-file",
     .default_text = "fail",
     .description = "An invalid row of the file --from ends the run, or goes to --reject-path"},
    {.name = "reject_path",
     .kind = OptionKind::kPath,
     .description = "File for the invalid rows, with --on-error reject-file"},
    {.name = "delimiter",
     .description =
         "Field separator: one character, or the word tab. Applies to the source file, else to the target file",
     .value_name = "CHAR"},
    {.name = "quote", .description = "Character around values of that file, or none", .value_name = "CHAR"},
    {.name = "null", .description = "Unquoted text that means NULL in that file", .value_name = "TEXT"},
    {.name = "no_header", .kind = OptionKind::kFlag, .description = "That file has no header line"},
    {.name = "date_format", .description = "Format of dates in that file: '%d.%m.%Y'", .value_name = "FORMAT"},
    {.name = "timestamp_format",
     .description = "Format of timestamps in that file: '%m/%d/%Y %I:%M %p'",
     .value_name = "FORMAT"},
    {.name = "decimal",
     .kind = OptionKind::kChoice,
     .choices = "point|comma",
     .default_text = "point",
     .description = "Decimal mark of numbers in that file"},
    {.name = "where",
     .description = "Condition in the source's SQL; only rows that meet it are read",
     .value_name = "SQL"},
    {.name = "columns", .kind = OptionKind::kNameList, .description = "Columns to read; all without it"},
    {.name = "exclude", .kind = OptionKind::kNameList, .description = "Columns to leave out"},
    {.name = "limit",
     .kind = OptionKind::kInteger,
     .description = "Maximum number of rows to read, in no particular order",
     .value_name = "N"},
    {.name = "cursor",
     .description = "Column that grows with every new or changed row: read only rows beyond the last run",
     .value_name = "COLUMN"},
    {.name = "overlap",
     .kind = OptionKind::kSpan,
     .description =
         "Read this much again before the last position, for rows that were committed late: a number, or a duration "
         "for dates and timestamps"},
    {.name = "cursor_nulls",
     .kind = OptionKind::kChoice,
     .choices = "fail|ignore|always",
     .default_text = "fail",
     .description = "Rows without a cursor value"},
    {.name = "cursor_behind",
     .kind = OptionKind::kChoice,
     .choices = "auto|fail|warn|restart",
     .default_text = "auto",
     .description = "What to do when all rows of the source are below the last position"},
    {.name = "cursor_max",
     .description = "The greatest allowed value of a cursor; a greater one ends the run. none allows any value",
     .value_name = "VALUE"},
    kStartCursor,
    kLoaders,
    {.name = "overwrite_type",
     .kind = OptionKind::kChoice,
     .choices = "auto|exchange|truncate_insert|delete_insert",
     .default_text = "auto",
     .description = "How the target's content is replaced"},
    {.name = "advance_sequences",
     .kind = OptionKind::kFlag,
     .description =
         "Set the target's sequences above the greatest loaded value. Default: only for tables that dpone created"},
    kRunId,
    kAdopt,
    kAllowEmpty,
    kNoRaw,
    kDryRun,
    kProgress,
    {.name = "print_manifest",
     .kind = OptionKind::kFlag,
     .description = "Print the manifest of this copy and do nothing else"},
};

constexpr OptionSpec kStateResetOptions[] = {
    {.name = "to_receipt",
     .kind = OptionKind::kFlag,
     .description = "Set the state to the target's newest receipt instead of starting from the beginning"}};
constexpr CommandExample kStateResetExamples[] = {
    {"dpone state reset orders.yaml",
     "The next run reads everything; an append then needs an empty target, or --start-cursor"},
    {"dpone state reset orders.yaml --to-receipt", "The next run continues at the position in the target's receipt"}};

constexpr CommandExample kRunExamples[] = {
    {"dpone run orders.yaml", "Runs the process and prints a summary"},
    {"dpone run orders.yaml --format json", "The same, with the report on stdout"},
    {"dpone run orders.yaml --dry-run", "Shows every statement of the run, and does nothing"}};
constexpr CommandExample kPlanExamples[] = {
    {"dpone plan orders.yaml", "Shows method, columns and every statement of a run; reads no rows and writes nothing"}};
constexpr CommandExample kCopyExamples[] = {
    {"dpone copy --from pg_src --to pg_dst --table public.orders", "Copies a table between two connections"},
    {"dpone copy --from pg_src --table public.orders --to orders.csv.gz", "Writes a table into a file"},
    {"dpone copy --from pg_src --to pg_dst --table public.orders --print-manifest",
     "Prints the manifest of that copy"}};
constexpr CommandExample kInitExamples[] = {
    {"dpone init --demo demo", "Writes a demo project into the folder demo; it needs nothing else to run"},
    {"dpone init paid_orders --from pg_src --to pg_dst --table public.orders",
     "Writes paid_orders.yaml, with suggestions from the table's key and columns in comments"},
    {"dpone init merged --from pg_src --to pg_dst --table orders --output -",
     "Prints the manifest and writes no file"}};
constexpr CommandExample kDoctorExamples[] = {{"dpone doctor", "Checks this machine and every connection"},
                                              {"dpone doctor orders.yaml", "Checks what this process needs"},
                                              {"dpone doctor --offline", "Connects to nothing"}};
constexpr CommandExample kCheckExamples[] = {{"dpone check orders.yaml", "Reads the file and the variables"},
                                             {"dpone check orders.yaml --live", "Connects, and describes both ends"}};
constexpr CommandExample kListExamples[] = {{"dpone connections list", "Names every connection of this environment"}};
constexpr CommandExample kTestExamples[] = {{"dpone connections test pg_src", "Shows the server and the role"}};
constexpr CommandExample kDiscoverExamples[] = {
    {"dpone connections discover pg_src", "Lists all tables and views"},
    {"dpone connections discover pg_src --schema public --like 'ord%'", "Lists those that begin with ord"}};
constexpr CommandExample kSchemaExamples[] = {
    {"dpone schema print pg_src public.orders", "Columns, types and keys of a table"}};
constexpr CommandExample kSchemaManifestExamples[] = {
    {"dpone schema manifest > manifest.schema.json", "Writes the schema for editors that check YAML"}};
constexpr CommandExample kCompletionExamples[] = {
    {"dpone completion bash > dpone.bash", "Then `source dpone.bash` turns on completion in this shell"}};

constexpr CommandExample kReconcileExamples[] = {
    {"dpone reconcile orders.yaml --run-id 20261123T221500Z-7f3a9c2e", "Says whether that run was published"},
    {"dpone reconcile --from pg_src --to pg_dst --table public.orders --run-id 20261123T221500Z-7f3a9c2e",
     "The same for a run of dpone copy"}};
constexpr CommandExample kCleanupExamples[] = {
    {"dpone cleanup orders.yaml --dry-run", "Lists temporary tables of runs that were killed"},
    {"dpone cleanup --from pg_src --to pg_dst --table public.orders", "Deletes those of dpone copy"}};

constexpr PositionalSpec kFolder[] = {{"FOLDER", "The project's folder; without it, the current one", false}};

// `options`, with the flags of the strategies before the option `next`.
std::vector<OptionSpec> with_strategies(std::span<const OptionSpec> options, std::string_view next) {
  std::vector<OptionSpec> all;
  for (const OptionSpec& option : options) {
    if (option.name == next) all.insert(all.end(), strategy_flags().begin(), strategy_flags().end());
    all.push_back(option);
  }
  return all;
}

std::span<const OptionSpec> init_options() {
  static const std::vector<OptionSpec> options = [] {
    std::vector<OptionSpec> all = with_strategies(kInitOptions, "cursor");
    for (OptionSpec& option : all) {
      if (option.name != "key") continue;
      option.description =
          "Columns that identify a row; a mode that needs them takes the source's primary key without it";
    }
    return all;
  }();
  return options;
}

std::span<const OptionSpec> copy_options() {
  static const std::vector<OptionSpec> options = with_strategies(kCopyOptions, "cursor");
  return options;
}

std::vector<CommandSpec> make_commands() {
  return {
      {"init", "Write the first manifest of a process, or a demo project", kInit, init_options(), kInitExamples},
      {"run", "Run one process: load, check, publish", kManifest, kRunOptions, kRunExamples},
      {"plan", "Show what a run will do, statement by statement", kManifest, kPlanOptions, kPlanExamples},
      {"copy", "Copy one table without a manifest", {}, copy_options(), kCopyExamples},
      {"check", "Check a manifest and its connection variables; with --live, both ends too", kManifest, kCheckOptions,
       kCheckExamples},
      {"doctor", "Check for problems that would stop a run, and suggest fixes", kDoctor, kDoctorOptions,
       kDoctorExamples},
      {"reconcile", "Ask the target whether a run was published", kManifestOrCopy, kReconcileOptions,
       kReconcileExamples},
      {"cleanup", "Delete temporary tables of runs that were killed", kManifestOrCopy, kCleanupOptions,
       kCleanupExamples},
      {"connections list", "List the connections in the environment", {}, {}, kListExamples},
      {"connections test", "Connect and show what answers", kConnection, {}, kTestExamples},
      {"connections discover", "List tables and views of a connection", kEnd, kDiscoverOptions, kDiscoverExamples},
      {"schema print", "Show columns, types and keys of a table", kEndAndTable, {}, kSchemaExamples},
      {"schema manifest", "Print the JSON Schema of manifests", {}, {}, kSchemaManifestExamples},
      {"state inspect", "Show where the next run of a process begins", kManifest, {}, {}},
      {"state reset", "Forget the stored position, so that the next run starts from the beginning", kManifest,
       kStateResetOptions, kStateResetExamples},
      {"state export", "Print the stored position as JSON", kManifest, {}, {}},
      {"docs check-docs", "Check links and anchors of README, other pages and docs/", kFolder, {}, {}},
      {"completion", "Print a completion script for a shell", kShell, {}, kCompletionExamples},
      {"version", "Print the version", {}, {}, {}},
  };
}

}  // namespace

std::span<const CommandSpec> commands() {
  static const std::vector<CommandSpec> all = make_commands();
  return all;
}

Result<int> execute(const ParsedArguments& arguments) {
  const std::string_view name = arguments.command->name;
  if (name == "run") return run_command(arguments);
  if (name == "plan") return plan_command(arguments);
  if (name == "copy") return copy_command(arguments);
  if (name == "check") return check_command(arguments);
  if (name == "reconcile") return reconcile_command(arguments);
  if (name == "cleanup") return cleanup_command(arguments);
  if (name == "connections test") return connections_test_command(arguments);
  if (name == "state inspect") return state_inspect_command(arguments);
  if (name == "state reset") return state_reset_command(arguments);
  if (name == "state export") return state_export_command(arguments);
  if (name == "docs check-docs") return docs_check_command(arguments);
  if (name == "init") return init_command(arguments);
  if (name == "doctor") return doctor_command(arguments);
  if (name == "connections list") return connections_list_command(arguments);
  if (name == "connections discover") return connections_discover_command(arguments);
  if (name == "schema print") return schema_print_command(arguments);
  if (name == "schema manifest") return schema_manifest_command(arguments);
  if (name == "completion") return completion_command(arguments);
  return version_command(arguments);
}

}  // namespace dpone::cli
