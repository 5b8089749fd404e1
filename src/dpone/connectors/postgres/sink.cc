#include "dpone/connectors/postgres/sink.h"

#include <algorithm>

#include "dpone/base/contains.h"
#include "dpone/base/sha256.h"
#include "dpone/connectors/postgres/catalog.h"
#include "dpone/connectors/postgres/connection.h"
#include "dpone/connectors/postgres/control_table.h"
#include "dpone/connectors/postgres/created_target.h"
#include "dpone/connectors/postgres/dialect.h"
#include "dpone/connectors/postgres/load_sql.h"
#include "dpone/connectors/postgres/lock_keys.h"
#include "dpone/connectors/postgres/native_facts.h"
#include "dpone/connectors/postgres/publish_options.h"
#include "dpone/connectors/postgres/quote.h"
#include "dpone/connectors/postgres/set_aside.h"
#include "dpone/connectors/postgres/stage.h"
#include "dpone/connectors/postgres/target_rights.h"
#include "dpone/connectors/postgres/target_types.h"
#include "dpone/connectors/postgres/types.h"
#include "dpone/ports/advice.h"
#include "dpone/ports/column_index.h"
#include "dpone/ports/refusals.h"
#include "dpone/sql/relation_sql.h"

namespace dpone::postgres {
namespace {

constexpr std::size_t kMostColumns = 1600;  // of a table, whatever its page contains

class PostgresSink final : public Sink {
 public:
  PostgresSink(TableSink settings, Connection connection, const RunContext& context)
      : settings_(std::move(settings)),
        context_(context),
        target_(quote_name(settings_.schema, settings_.table)),
        control_(settings_.control_schema.empty() ? settings_.schema : settings_.control_schema, target_),
        connection_(std::move(connection)) {}

  Result<TargetFacts> describe(const TargetQuestion& question) override {
    declared_key_ = question.key;
    keeps_rows_ = question.keeps_rows;
    DPONE_CHECK(connect());
    DPONE_CHECK(control_.check_conversion(*connection_));
    for (int attempt = 1;; ++attempt) {
      auto facts = describe_once(*connection_, question.source);
      if (facts && facts->exists) DPONE_CHECK(check_scope(*facts, question.scope));
      if (facts && facts->exists && question.looks_first) check_lock_rights(*facts);
      const bool may_retry = connection_->is_alive() && attempt < kDescribeAttempts;
      if (facts || !may_retry || !is_of_vanished(facts.error())) return facts;
    }
  }

  Result<TargetFacts> propose(const TargetFacts& described, const SourceFacts& source,
                              const std::vector<std::string>& columns) const override {
    DPONE_CHECK(check_column_count(described.relation, columns.size(), kMostColumns));
    TargetFacts facts = described;
    const NativeSource* const theirs = native_if_ours(source);
    const NativeTarget& here = native_of(described);
    NativeTarget& native = native_of(facts);
    facts.columns.clear();
    for (const std::string& name : columns) {
      const SourceColumn* from = source.find(name);
      if (from == nullptr) continue;
      if (auto fits = check_column_name(name); !fits) {
        facts.obstacles.push_back(std::move(fits).error().hint(rename_advice(source)));
      }
      TargetColumn column(*from);
      if (theirs != nullptr) {
        column.native_type = proposed_native_type(from->native_type, here);
      } else {
        DeclaredType declared = declare_column(*from, here);
        if (declared.name.empty()) column.refusal = "PostgreSQL does not have a type for it";
        column.native_type = std::move(declared.name);
        column.type = std::move(declared.type);
        column.travels_as_text = declared.travels_as_text;
        // Units of money are those of the server's lc_monetary.
        if (from->type.kind == TypeKind::kMoney && !from->meaning.empty()) {
          column.meaning = "lc_monetary=" + here.lc_monetary;
        }
      }
      column.is_generated = false;
      column.has_default = false;
      const bool is_new = described.find(name) == nullptr;
      if (is_new && column.native_type == "record") {
        facts.obstacles.push_back(
            Error(ErrorClass::kFailed, "type.record", "column \"" + name + "\" is a record without a type")
                .with("column", name)
                .hint("select its fields separately, or cast it to a composite type in the source query"));
      }
      NativeTarget::NewColumn& detail = native.new_columns[name];
      if (theirs != nullptr) {
        NativeTarget::Type proposed = proposed_type(*theirs, name, here);
        column.type = type_with(from->type, proposed.signature);
        column.meaning = meaning_of(proposed.signature, from->travels_as_text, here.lc_monetary, here.server_version);
        if (is_new) native.types[name] = std::move(proposed);
        for (const NativeSource::Column& row : theirs->columns) {
          if (row.name != name) continue;
          detail.collation = row.collation;
          const bool has_default = row.default_value && row.generated.empty();
          if (!has_default || !is_new) continue;
          // The text of a default names the type as the source does.
          const bool is_known = has_portable_default(row) && column.native_type == from->native_type &&
                                !contains(here.unknown_defaults, name);
          if (is_known) {
            detail.default_value = row.default_value;
          } else {
            facts.notes.push_back("column \"" + name + "\" is created without the source's default, " +
                                  *row.default_value);
          }
        }
      }
      facts.columns.push_back(std::move(column));
    }
    propose_types(described, source, columns, facts);
    if (described.exists) {
      const auto exchange = std::find_if(facts.publish.begin(), facts.publish.end(),
                                         [](const PublishOption& option) { return option.method == "exchange"; });
      const bool may_exchange = !keeps_rows_ && exchange != facts.publish.end() && exchange->blockers.empty();
      for (Error& lack : lacks_of_load(native.lacks, native.relation.rights.role, target_, columns, may_exchange)) {
        facts.obstacles.push_back(std::move(lack));
      }
      return facts;
    }
    facts.keys.clear();
    propose_keys(with_key(source), settings_.table, columns, facts);
    return facts;
  }

  Result<PriorReceipts> read_receipts(std::string_view process, std::string_view run_id) override {
    DPONE_CHECK(connect());
    std::vector<Statement> asked;
    DPONE_CHECK(control_.check_place(*connection_, asked));
    DPONE_TRY(PriorReceipts prior, control_.read(*connection_, process, run_id));
    prior.asked.insert(prior.asked.begin(), asked.begin(), asked.end());
    read_for_ = ReadReceipts{std::string(process), std::string(run_id), prior.identities};
    return prior;
  }

  Result<std::optional<std::string>> greatest(const std::string& column, std::vector<Statement>& asked) override {
    DPONE_CHECK(connect());
    asked.push_back(
        {"prepare", sql::render_greatest(dialect(), {target_ + " AS t", "t." + quote_name(column), {}, {}})});
    DPONE_TRY(const Rows rows, connection_->query(asked.back().text));
    if (rows.size() == 0) return std::optional<std::string>();
    return std::optional<std::string>(rows.text(0, 0));
  }

  Result<std::int64_t> count_at(const std::string& column, const std::string& value,
                                std::vector<Statement>& asked) override {
    DPONE_CHECK(connect());
    // The parameter takes the column's type.
    asked.push_back({"prepare", sql::render_count_at(dialect(), target_, column, "$1")});
    DPONE_TRY(const Rows rows, connection_->query(asked.back().text, {value}));
    return rows.integer(0, 0);
  }

  RawVerdict accepts_raw(const WireFormat& format, const LoadTask& task) const override {
    RawVerdict verdict{format, false, {}};
    if (format.name != "postgres.copy_binary" && format.name != "postgres.copy_text") {
      verdict.reasons.push_back("format " + format.name + " is unknown");
      return verdict;
    }
    const auto offered = Json::parse(format.fingerprint);
    if (!offered || offered->as_array().size() != task.columns.size()) {
      verdict.reasons.push_back("the offered columns cannot be read");
      return verdict;
    }
    const bool is_binary = format.name == "postgres.copy_binary";
    const NativeTarget& native = native_of(task.target);
    static const NativeTarget::Type kUnknown;
    for (std::size_t i = 0; i < task.columns.size(); ++i) {
      const ColumnPolicy& column = task.columns[i];
      const Json::Array& offer = offered->as_array()[i].as_array();
      const auto known = native.types.find(column.sink_name);
      const NativeTarget::Type& ours = known == native.types.end() ? kUnknown : known->second;
      if (offer[0].as_string() != column.sink_native) {
        verdict.reasons.push_back("column " + column.sink_name + " is " + column.source_native + " at the source and " +
                                  column.sink_native + " at the target");
      } else if (signature_on(offer[1].as_string(), 0) == signature_on(ours.signature, 0) &&
                 offer[1].as_string() != ours.signature) {
        verdict.reasons.push_back("column " + column.sink_name + ": type " + column.source_native +
                                  " has infinite intervals only on one server, from PostgreSQL 17 on");
      } else if (offer[1].as_string() != ours.signature) {
        verdict.reasons.push_back("column " + column.sink_name + ": type " + column.source_native +
                                  " differs between the servers");
      } else if (is_binary) {
        // Obstacles to binary at either end: a server before 14 is enough.
        const std::string& at_source = offer[2].as_string();
        const std::string& obstacle = at_source.empty() ? ours.raw_obstacle : at_source;
        if (obstacle.empty()) continue;
        verdict.reasons.push_back("column " + column.sink_name + ": type " + column.source_native + " " + obstacle);
      } else if (offer[3].as_string() != char_form(ours.signature, native.server_version)) {
        verdict.reasons.push_back("column " + column.sink_name + ": type " + column.source_native +
                                  " has another text form on the other server");
      }
    }
    verdict.is_accepted = verdict.reasons.empty();
    return verdict;
  }

  std::vector<Statement> render(const LoadTask& task) const override {
    SinkRenderOptions options;
    options.stage_comment = stage_comment(context_.process, "{run_id}", target_);
    const SinkStatements sql = render_sink(task, sql::TemporaryNames(target_, ""), options);
    std::vector<Statement> out;
    const auto add = [&](const char* phase, const std::vector<std::string>& statements) {
      for (const std::string& statement : statements) out.push_back({phase, statement});
    };
    const std::string begin(kBegin);
    const sql::LoadTables tables = tables_of(task, sql::TemporaryNames(target_, ""));
    if (!sql.prepare.empty()) {
      add("prepare", {begin, prepare_lock_sql()});
      add("prepare", sql.prepare);
      add("prepare", {"COMMIT"});
    }
    add("prepare", control_.planned_creation(native_of(task.target).lacks_schema ? settings_.schema : ""));
    out.push_back({"load", "DROP TABLE IF EXISTS " + tables.stage});
    out.push_back({"load", begin});
    add("load", sql.stage);
    if (task.loaders > 1) out.push_back({"load", "COMMIT"});
    add("load", sql.begin_copy);
    out.push_back({"load", sql.copy});
    out.push_back({"load", sql.end_copy});
    if (task.loaders > 1) out.push_back({"gate", begin});
    add("gate", sql.stage_steps);
    // Whether anything would change is asked when the stage is sealed.
    std::vector<std::string> late;
    for (std::size_t i = 0; i < sql.questions.size(); ++i) {
      const bool is_late = task.questions[i].kind == Question::Kind::kChanges;
      is_late ? late.push_back(sql.questions[i]) : add("gate", {sql.questions[i]});
    }
    add("seal", sql.seal);
    out.push_back({"seal", "COMMIT"});
    add("seal", sql.constrain);
    add("gate", late);
    out.push_back({"publish", begin});
    out.push_back({"publish", "SET LOCAL synchronous_commit = on"});
    out.push_back({"publish", "SELECT pg_advisory_xact_lock(" + std::to_string(target_lock_key(target_)) + ")"});
    out.push_back(control_.planned_read());
    for (const sql::PublishStatement& statement : sql.publish)
      out.push_back({"publish", statement.sql, statement.summary});
    out.push_back(control_.planned_insert());
    out.push_back({"publish", "COMMIT"});
    return out;
  }

  Result<std::unique_ptr<Stage>> open_stage(const LoadTask& task) override {
    DPONE_CHECK(connect());
    DPONE_TRY(const std::vector<std::string> made, make_schema_and_types(task));
    prepared_.insert(prepared_.end(), made.begin(), made.end());
    Connection connection = std::move(*connection_);
    connection_.reset();
    return PostgresStage::create(std::move(connection), settings_.connection, control_, task, prepared_, context_);
  }

  Result<PublishOutcome> publish(Stage& stage, const LoadTask&, const Receipt& receipt) override {
    return static_cast<PostgresStage&>(stage).publish(receipt);
  }

  Result<PublishOutcome> look_up(std::string_view process, std::string_view run_id) override {
    // An interrupted run still has to know how it ended.
    RunContext patient = context_;
    patient.stop = {};
    ConnectionSettings settings = settings_.connection;
    settings.fields["connect_timeout"] = "5";  // the caller tries again
    DPONE_TRY(Connection connection, Connection::open(settings, SessionRole::kSink, patient));
    const auto prior = control_.read(connection, process, run_id);
    // Its old backend is still processing the message, and holds the lock.
    if (!prior && prior.error().native_code() == "55P03") return PublishOutcome{PublishState::kWorking, {}, {}};
    if (!prior) return prior.error();
    return PublishOutcome{prior->of_run ? PublishState::kCommitted : PublishState::kAbsent, prior->of_run, {}};
  }

  Result<std::vector<Leftover>> cleanup(std::string_view process, bool is_dry_run) override {
    DPONE_CHECK(connect());
    DPONE_TRY(const Rows found,
              connection_->query("SELECT n.nspname, c.relname, obj_description(c.oid, 'pg_class') FROM pg_class c JOIN "
                                 "pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND c.relname ~ "
                                 "'^__dpone_[0-9a-f]{16}$' AND pg_has_role(c.relowner, 'USAGE') ORDER BY 1, 2"));
    std::vector<Leftover> leftovers;
    for (int row = 0; row < found.size(); ++row) {
      const auto comment = Json::parse(found.text(row, 2));
      if (!comment || (*comment)["dpone"].as_string() != "stage") continue;
      Leftover leftover{quote_name(found.text(row, 0), found.text(row, 1)), (*comment)["process"].as_string(),
                        (*comment)["run_id"].as_string(), false};
      if (!process.empty() && leftover.process != process) continue;
      const std::string key = std::to_string(stage_lock_key(found.text(row, 1)));
      DPONE_TRY(const Rows free, connection_->query("SELECT pg_try_advisory_lock($1)", {key}));
      if (!free.boolean(0, 0)) continue;  // its run is alive
      if (!is_dry_run) {
        DPONE_CHECK(connection_->execute("DROP TABLE IF EXISTS " + leftover.name));
        leftover.is_removed = true;
      }
      DPONE_CHECK(connection_->query("SELECT pg_advisory_unlock($1)", {key}));
      leftovers.push_back(std::move(leftover));
    }
    return leftovers;
  }

 private:
  // SHARE ROW EXCLUSIVE wants one of these rights, though no row is changed or removed.
  static void check_lock_rights(TargetFacts& target) {
    const TargetRelation::Rights& rights = native_of(target).relation.rights;
    if (rights.update || rights.remove || rights.truncate) return;
    for (PublishOption& option : target.publish) {
      if (option.method != "append") continue;
      option.blockers.push_back(
          {"role " + rights.role + " may not lock it against other writers (UPDATE, DELETE or TRUNCATE)"});
    }
  }

  // The server plans the condition as part of one SELECT, so that it cannot end the statement, and reads its constants.
  Status check_scope(TargetFacts& target, const Scope& scope) {
    if (scope.is_whole()) return {};
    target.asked.push_back({"prepare", "EXPLAIN " + sql::scope_probe(dialect(), target, scope)});
    auto explained = connection_->query(target.asked.back().text);
    if (explained) return {};
    // The server does not say which value it could not read.
    if (explained.error().native_code().starts_with("22")) {
      for (const ScopeTerm& term : sql::single_values(scope)) {
        Scope one;
        one.terms = {term};
        const auto answer = connection_->query("EXPLAIN " + sql::scope_probe(dialect(), target, one));
        if (!answer) return sql::scope_value_error(target, term, answer.error().message());
      }
    }
    return sql::scope_error(std::move(explained).error(), scope);
  }

  // The objects that a new table needs before its stage: all or nothing. Runs that need the same objects take turns,
  // and each checks again when it is its turn; a CREATE by another session appears as an error, after which it checks
  // again. Returns the statements that were executed.
  Result<std::vector<std::string>> make_schema_and_types(const LoadTask& task) {
    LoadTask needed = task;
    for (int attempt = 0;; ++attempt) {
      if (render_sink(needed, sql::TemporaryNames(target_, ""), {}).prepare.empty()) return std::vector<std::string>();
      auto made = make_what_lacks(needed);
      if (made) return made;
      if (connection_->is_alive()) {
        Shield shield(*connection_);
        DPONE_CHECK(connection_->execute("ROLLBACK"));
      }
      const std::string& code = made.error().native_code();
      const bool exists = code == "42P06" || code == "42710" || code == "42P07" || code == "23505";
      if (!exists || attempt == 3) return made;
    }
  }

  Result<std::vector<std::string>> make_what_lacks(LoadTask& needed) {
    DPONE_CHECK(connection_->execute(std::string(kBegin) + "; " + prepare_lock_sql()));
    DPONE_TRY(const Rows schema, connection_->query("SELECT FROM pg_namespace WHERE nspname = $1", {settings_.schema}));
    if (!needed.target.exists) native_of(needed.target).lacks_schema = schema.size() == 0;
    DPONE_CHECK(compare_types(*connection_, needed.source, needed.target));
    std::vector<std::string> columns;
    columns.reserve(needed.columns.size());
    for (const ColumnPolicy& column : needed.columns) columns.push_back(column.name);
    const TargetFacts described = needed.target;
    propose_types(described, needed.source, columns, needed.target);
    if (!needed.target.obstacles.empty()) return needed.target.obstacles.front();
    std::vector<std::string> statements = render_sink(needed, sql::TemporaryNames(target_, ""), {}).prepare;
    for (const std::string& sql : statements) DPONE_CHECK(connection_->execute(sql));
    DPONE_CHECK(connection_->execute("COMMIT"));
    return statements;
  }

  static std::string prepare_lock_sql() {
    return "SELECT pg_advisory_xact_lock(" + std::to_string(prepare_lock_key()) + ")";
  }

  Status connect() {
    if (connection_ && connection_->is_alive()) return {};
    DPONE_TRY(connection_, Connection::open(settings_.connection, SessionRole::kSink, context_));
    return {};
  }

  // `source` with the declared key among its keys.
  SourceFacts with_key(const SourceFacts& source) const {
    SourceFacts out = source;
    out.keys = with_declared_key(source.keys, declared_key_, keeps_rows_);
    return out;
  }

  // How the target compares each key column: the equality of its default B-tree class, by its full name, since the
  // statement that uses it runs under a path that we do not choose. Types that borrow a class of another type, or of
  // any array or enum, find theirs in pg_catalog.
  Status add_key_operators(Connection& connection, Oid oid, TargetFacts& facts) const {
    DPONE_TRY(const Rows rows,
              connection.query(
                  "SELECT a.attname, quote_ident(n.nspname), o.oprname FROM pg_attribute a JOIN pg_type t ON t.oid = "
                  "a.atttypid JOIN pg_opclass c ON c.opcintype = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid "
                  "END AND c.opcdefault JOIN pg_am m ON m.oid = c.opcmethod AND m.amname = 'btree' JOIN pg_amop p ON "
                  "p.amopfamily = c.opcfamily AND p.amoplefttype = c.opcintype AND p.amoprighttype = c.opcintype AND "
                  "p.amopstrategy = 3 JOIN pg_operator o ON o.oid = p.amopopr JOIN pg_namespace n ON n.oid = "
                  "o.oprnamespace WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped",
                  {std::to_string(oid)}));
    auto& operators = native_of(facts).key_operators;
    for (int row = 0; row < rows.size(); ++row) {
      operators[rows.text(row, 0)] = "OPERATOR(" + rows.text(row, 1) + "." + rows.text(row, 2) + ")";
    }
    for (const std::string& name : declared_key_) {
      const TargetColumn* column = facts.find(name);
      if (column == nullptr || operators.contains(name)) continue;
      const TypeKind kind = column->type.kind;
      const bool has_order = !column->travels_as_text && kind != TypeKind::kJson;
      for (PublishOption& option : facts.publish) {
        if (has_order || (option.method != "merge" && option.method != "append")) continue;
        option.blockers.push_back(
            {"key column " + name + " is " + column->native_type + ", whose type lacks an equality operator"});
      }
    }
    const bool has_index = has_key_of(facts.keys, declared_key_);
    std::vector<std::string> columns;
    for (const TargetColumn& column : facts.columns) columns.push_back(column.name);
    const std::vector<std::string> fixed = find_set_asides(facts, declared_key_, columns, "").without;
    for (PublishOption& option : facts.publish) {
      if (option.method != "merge") continue;
      if (!has_index) {
        option.notes.emplace_back("the target has no unique index on the key: each run reads the whole table");
      }
      for (const std::string& name : fixed) option.notes.push_back(cannot_swap(name));
    }
    return {};
  }

  Result<TargetFacts> describe_once(Connection& connection, const SourceFacts& source) const {
    const KeptStatement asked = target_statement(settings_.schema, settings_.table, connection.server_version());
    DPONE_TRY(const Rows rows, connection.query_kept(asked.name, asked.sql));
    std::optional<Oid> oid;
    TargetFacts facts;
    if (!rows.is_null(0, 0)) {
      const std::string text = rows.text(0, 0);
      DPONE_TRY(const Json json, Json::parse(text));
      DPONE_TRY(TargetRelation relation, TargetRelation::from_json(json));
      oid = static_cast<Oid>(relation.oid);
      DPONE_CHECK(check_receipts_are_newer(connection, *oid));
      DPONE_TRY(facts, describe_existing(connection, *oid, std::move(relation)));
      facts.fingerprint = sha256_hex(text);
    } else {
      DPONE_TRY(facts, describe_absent(connection, settings_.schema, settings_.table, source));
    }
    native_of(facts).server_version = connection.server_version();
    facts.checks_json = true;
    facts.can_retype = true;
    facts.can_loosen = true;
    DPONE_CHECK(compare_types(connection, source, facts));
    DPONE_CHECK(find_unknown_defaults(connection, source, facts));
    if (source.system != facts.system) DPONE_CHECK(find_origin_types(connection, source, facts));
    if (oid && !declared_key_.empty()) DPONE_CHECK(add_key_operators(connection, *oid, facts));
    const bool has_money = std::any_of(source.columns.begin(), source.columns.end(),
                                       [](const SourceColumn& column) { return !column.meaning.empty(); });
    if (has_money) {
      DPONE_TRY(const Rows monetary, connection.query("SELECT current_setting('lc_monetary')"));
      native_of(facts).lc_monetary = monetary.text(0, 0);
    }
    DPONE_TRY(
        const Rows default_acl,
        connection.query(
            "SELECT coalesce(" + current_oid_sql(settings_.schema, settings_.table) +
                "::int8, 0), coalesce(jsonb_agg(DISTINCT jsonb_build_object('grantor', current_user::text, 'grantee', "
                "CASE WHEN x.grantee = 0 THEN NULL ELSE pg_get_userbyid(x.grantee) END, 'privilege', "
                "x.privilege_type, 'grantable', x.is_grantable)), '[]'::jsonb)::text FROM pg_default_acl d, "
                "aclexplode(d.defaclacl) x WHERE d.defaclrole = (SELECT oid FROM pg_roles WHERE rolname = "
                "current_user) AND d.defaclobjtype = 'r' AND x.grantee <> d.defaclrole AND (d.defaclnamespace = 0 "
                "OR d.defaclnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1))",
            {settings_.schema}));
    DPONE_TRY(const Json acl, Json::parse(default_acl.text(0, 1)));
    DPONE_TRY(native_of(facts).default_acl, grants_from_json(acl));
    // Read last: the description is still current.
    if (oid && default_acl.integer(0, 0) != *oid) return replaced();
    return facts;
  }

  Error replaced() const {
    return Error(ErrorClass::kUnavailable, "target.changed", "the target was replaced while dpone read its definition")
        .with("target", target_)
        .retry(Retry::kSafe)
        .hint("run again: the next plan uses the new table");
  }

  // A run that published after the receipts were read made this table: it is not a stranger's.
  Status check_receipts_are_newer(Connection& connection, Oid oid) const {
    const std::string identity = std::to_string(oid);
    if (!read_for_ || read_for_->identities.empty() || contains(read_for_->identities, identity)) return {};
    DPONE_TRY(const PriorReceipts now, control_.read(connection, read_for_->process, read_for_->run_id));
    if (!contains(now.identities, identity)) return {};
    return Error(ErrorClass::kUnavailable, "target.changed", "another run published during planning")
        .with("target", target_)
        .retry(Retry::kSafe)
        .hint("run again: the next plan uses its receipt");
  }

  Result<TargetFacts> describe_existing(Connection& connection, Oid oid, TargetRelation described) const {
    NativeTarget native;
    native.relation = std::move(described);
    const TargetRelation& relation = native.relation;
    native.lc_monetary = relation.lc_monetary;
    TargetFacts facts;
    facts.system = "postgres";
    facts.relation = target_;
    facts.exists = true;
    const std::string& kind = relation.kind;
    facts.kind = kind == "p" ? "partitioned_table" : kind == "r" ? "table" : "view";
    facts.identity = std::to_string(oid);
    std::vector<Oid> oids;
    for (const TargetRelation::Column& column : relation.columns) oids.push_back(static_cast<Oid>(column.type_oid));
    DPONE_TRY(const TypeCatalog types, read_types(connection, oids));
    for (const TargetRelation::Column& column : relation.columns) {
      const Oid type_oid = static_cast<Oid>(column.type_oid);
      TargetColumn entry;
      entry.name = column.name;
      entry.native_type = column.type;
      entry.type = types.logical_type(type_oid, static_cast<int>(column.typmod), entry.travels_as_text);
      entry.meaning = types.meaning(type_oid);
      entry.is_nullable = !column.is_not_null && !types.refuses_null(type_oid);
      entry.is_generated = !column.generated.empty();
      entry.has_default = column.default_value || !column.identity.empty() || types.has_default(type_oid);
      entry.labels = types.labels(type_oid);
      native.types[entry.name] = {types.signature(type_oid), types.raw_obstacle(type_oid, connection.server_version())};
      if (types.names_tables(type_oid)) native.table_names.push_back(column.name);
      facts.columns.push_back(std::move(entry));
    }
    for (const TargetRelation::Numbering& numbering : relation.numbering) {
      for (TargetColumn& column : facts.columns) {
        if (column.name != numbering.column) continue;
        column.sequence = numbering.sequence;
        if (numbering.may_advance) continue;
        column.sequence_obstacle = "role " + relation.rights.role + " lacks SELECT or UPDATE on it";
      }
    }
    for (const TargetRelation::Index& index : relation.indexes) {
      if (!index.is_unique || index.is_partial) continue;
      KeyFacts key{index.name, {}, index.is_primary};
      for (const auto& column : index.columns) key.columns.push_back(column.value_or(""));
      facts.keys.push_back(std::move(key));
    }
    const std::string& role = relation.rights.role;
    // Every method reads it, if only its definition (LIKE).
    if (!relation.rights.select && (kind == "r" || kind == "p")) {
      return Error(ErrorClass::kFailed, "postgres.permission", "role " + role + " lacks SELECT on " + target_)
          .with("connection", connection.id())
          .hint("GRANT SELECT ON " + target_ + " TO " + quote_name(role));
    }
    facts.is_empty = false;
    // Where row-level security applies, the question itself is an error; the plan says so.
    const bool may_look = !relation.rights.row_security_applies;
    if (may_look && (kind == "r" || kind == "p")) {
      facts.asked.push_back({"prepare", sql::render_is_empty(target_) + ", " + named_in_sql(oid),
                             sql::render_is_empty(target_) + ", {catalog}"});
      DPONE_TRY(const Rows any, connection.query(facts.asked.back().text));
      facts.is_empty = any.boolean(0, 0);
      if (!any.is_null(0, 1)) native.named_in = any.text(0, 1);
    }
    // A superuser lacks nothing, but the owner of a statistics object may. The server plans the question for
    // milliseconds.
    if (!relation.rights.is_superuser || !relation.statistics.empty()) {
      DPONE_TRY(const Rows rights, connection.query(lacks_statement(oid, connection.server_version())));
      DPONE_TRY(const Json lacks, Json::parse(rights.text(0, 0)));
      DPONE_TRY(native.lacks, lacks_from_json(lacks));
    }
    facts.publish = publish_options(native);
    facts.native = std::move(native);
    return facts;
  }

  // Tables with columns of regclass, beside the target: some of them.
  static std::string named_in_sql(Oid oid) {
    return "(SELECT string_agg(x.name, ', ' ORDER BY x.name) FROM (SELECT DISTINCT a.attrelid::regclass::text AS name "
           "FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE a.atttypid IN (2205, 2210) AND a.attnum > "
           "0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'm') AND c.oid >= 16384 AND c.oid <> " +
           std::to_string(oid) + " ORDER BY 1 LIMIT 4) x)";
  }

  // What read_receipts() was asked last, and the tables that the receipts name.
  struct ReadReceipts {
    std::string process;
    std::string run_id;
    std::vector<std::string> identities;
  };

  TableSink settings_;
  std::vector<std::string> declared_key_;  // of the last describe()
  bool keeps_rows_ = false;
  const RunContext& context_;
  std::string target_;
  std::optional<ReadReceipts> read_for_;
  ControlTable control_;
  std::optional<Connection> connection_;
  std::vector<std::string> prepared_;  // statements that this run has carried out, for all its stages
};

}  // namespace

Result<std::unique_ptr<Sink>> make_sink(TableSink settings, const RunContext& context) {
  if (settings.schema.empty()) {
    settings.schema = settings.connection.field("schema").empty() ? "public" : settings.connection.field("schema");
  }
  for (const std::string& name : {settings.schema, settings.table, settings.control_schema}) {
    DPONE_CHECK(check_name_length(name));
  }
  if (settings.table.starts_with("__dpone_")) {
    return Error(ErrorClass::kFailed, "target.reserved_name", "names that begin with __dpone_ are reserved for dpone")
        .with("target", settings.table)
        .hint("name another target");
  }
  auto connected = Connection::open(settings.connection, SessionRole::kSink, context);
  if (!connected) return std::move(connected.error().add("end", "sink"));
  return std::unique_ptr<Sink>(std::make_unique<PostgresSink>(std::move(settings), std::move(*connected), context));
}

}  // namespace dpone::postgres
