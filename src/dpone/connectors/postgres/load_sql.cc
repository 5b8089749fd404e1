#include "dpone/connectors/postgres/load_sql.h"

#include <algorithm>

#include "dpone/base/contains.h"
#include "dpone/connectors/postgres/catalog.h"
#include "dpone/connectors/postgres/dialect.h"
#include "dpone/connectors/postgres/native_facts.h"
#include "dpone/connectors/postgres/quote.h"
#include "dpone/connectors/postgres/set_aside.h"

namespace dpone::postgres {
namespace {

// The stage is durable when the transaction that publishes it is, which flushes everything before it.
constexpr std::string_view kNoFlush = "SET LOCAL synchronous_commit = off";

// Skips one identifier as the server prints it.
std::string_view after_identifier(std::string_view text) {
  if (text.empty()) return text;
  if (text.front() != '"') {
    const std::size_t end = text.find_first_of(" .(");
    return end == std::string_view::npos ? std::string_view() : text.substr(end);
  }
  std::size_t i = 1;
  while (i < text.size()) {
    if (text[i] != '"') {
      ++i;
    } else if (i + 1 < text.size() && text[i + 1] == '"') {
      i += 2;
    } else {
      return text.substr(i + 1);
    }
  }
  return {};
}

std::string_view without_prefix(std::string_view text, std::string_view prefix) {
  return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

// `CREATE STATISTICS s.n (kinds) ON a, b FROM t` without the name and the table.
std::string statistics_body(std::string_view definition, std::string_view table) {
  std::string_view rest = without_prefix(definition, "CREATE STATISTICS ");
  rest = after_identifier(rest);
  if (rest.starts_with('.')) rest = after_identifier(rest.substr(1));
  const std::string suffix = " FROM " + std::string(table);
  if (rest.ends_with(suffix)) rest.remove_suffix(suffix.size());
  return std::string(rest);
}

std::string option_list(const std::vector<std::string>& options, std::string_view prefix) {
  std::string out;
  for (const std::string& text : options) {
    const std::size_t equals = text.find('=');
    out += (out.empty() ? "" : ", ") + std::string(prefix) + quote_name(text.substr(0, equals)) + " = " +
           quote_literal(equals == std::string::npos ? "true" : text.substr(equals + 1));
  }
  return out;
}

std::string role_or_public(const std::optional<std::string>& role) { return role ? quote_name(*role) : "PUBLIC"; }

// GRANT statements that rebuild an ACL on `object` (`TABLE "s"."t"`), privilege by privilege in its order. Grants of
// the owner need no role; those of another grantor are made as that role.
void append_grants(std::vector<std::string>& out, const std::vector<Grant>& acl, const std::string& object,
                   const std::string& owner, const std::string& columns) {
  for (const Grant& grant : acl) {
    const bool is_foreign = grant.grantor != owner;
    const std::string grantee = role_or_public(grant.grantee);
    if (is_foreign) out.push_back("SET LOCAL ROLE " + quote_name(grant.grantor));
    out.push_back("GRANT " + grant.privilege + (columns.empty() ? "" : " (" + columns + ")") + " ON " + object +
                  " TO " + grantee + (grant.is_grantable ? " WITH GRANT OPTION" : ""));
    if (is_foreign) out.push_back("RESET ROLE");
  }
}

void append_comment(std::vector<std::string>& out, const std::string& object,
                    const std::optional<std::string>& comment) {
  if (comment) out.push_back("COMMENT ON " + object + " IS " + quote_literal(*comment));
}

std::vector<std::string> sink_names(const LoadTask& task) {
  std::vector<std::string> names;
  for (const ColumnPolicy& column : task.columns) names.push_back(column.sink_name);
  return names;
}

bool is_key(const LoadTask& task, const std::string& name) { return contains(task.key, name); }

class SinkRenderer {
 public:
  SinkRenderer(const LoadTask& task, const sql::TemporaryNames& names, const SinkRenderOptions& options)
      : task_(task),
        native_(native_of(task.target)),
        relation_(native_.relation),
        names_(names),
        options_(options),
        schema_(relation_.schema),
        table_(relation_.name),
        target_(quote_name(schema_, table_)),
        stage_(quote_name(schema_, names.stage())),
        owner_(relation_.owner),
        role_(relation_.rights.role),
        is_partitioned_(relation_.kind == "p"),
        becomes_target_(takes_place(task)),
        is_exchange_(becomes_target_ && task.target.exists),
        is_stage_published_(becomes_target_ && !is_exchange_ && !relation_.publications.empty()),
        new_columns_(added_columns(task)),
        only_(is_partitioned_ ? "" : "ONLY ") {}

  SinkStatements render() {
    render_prepare();
    render_stage();
    render_stage_steps();
    if (is_exchange_) {
      render_exchange();
    } else if (becomes_target_) {
      is_stage_published_ ? render_create_and_insert() : render_create();
    } else {
      render_steps();
    }
    return std::move(out_);
  }

 private:
  void render_prepare() {
    if (native_.lacks_schema) out_.prepare.push_back("CREATE SCHEMA " + quote_name(schema_));
    if (task_.target.exists && new_columns_.empty()) return;
    for (const std::string& statement : native_.create_types) out_.prepare.push_back(statement);
  }

  // What the source's column has become since the target was made.
  void append_new_shape(const ColumnPolicy& column, std::vector<std::string>& out) const {
    for (const TargetRelation::Column& known : relation_.columns) {
      if (known.name != column.sink_name) continue;
      const std::string alter = "ALTER TABLE " + stage_ + " ALTER COLUMN " + quote_name(column.sink_name);
      if (known.type != column.sink_native) {
        const bool has_collation = known.collation && column.sink_type.kind == TypeKind::kText;
        out.push_back(alter + " TYPE " + column.sink_native + (has_collation ? " COLLATE " + *known.collation : ""));
      }
      if (known.is_not_null && column.is_nullable) out.push_back(alter + " DROP NOT NULL");
    }
  }

  std::string column_definition(const ColumnPolicy& column) const {
    std::string text = quote_name(column.sink_name) + " " + column.sink_native;
    const auto known = native_.new_columns.find(column.sink_name);
    if (known != native_.new_columns.end()) {
      if (known->second.collation) text += " COLLATE " + *known->second.collation;
      if (known->second.default_value) text += " DEFAULT " + *known->second.default_value;
    }
    if (!column.is_nullable) text += " NOT NULL";
    return text;
  }

  // Keys of the stage are equal where those of the target are: its collation may take 'a' and 'A' for one.
  std::string key_collation(const ColumnPolicy& column) const {
    if (!is_key(task_, column.sink_name)) return {};
    for (const TargetRelation::Column& known : relation_.columns) {
      if (known.name == column.sink_name && known.collation) return " COLLATE " + *known.collation;
    }
    return {};
  }

  // The stage, and the objects that must exist before its first row. Default privileges may have granted it to others.
  void render_stage() {
    std::vector<std::string>& out = out_.stage;
    out.emplace_back(kNoFlush);
    if (is_exchange_) {
      std::string sql = relation_.persistence == "u" ? "CREATE UNLOGGED TABLE " : "CREATE TABLE ";
      sql += stage_ + " (LIKE " + target_ +
             " INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING IDENTITY INCLUDING STORAGE " +
             (native_.server_version >= 140000 ? "INCLUDING COMPRESSION " : "") + "INCLUDING COMMENTS)";
      if (relation_.access_method) sql += " USING " + quote_name(*relation_.access_method);
      std::string with = option_list(relation_.options, "");
      const std::string toast = option_list(relation_.toast_options, "toast.");
      if (!toast.empty()) with += (with.empty() ? "" : ", ") + toast;
      if (!with.empty()) sql += " WITH (" + with + ")";
      if (relation_.tablespace) sql += " TABLESPACE " + quote_name(*relation_.tablespace);
      out.push_back(std::move(sql));
      for (const ColumnPolicy& column : task_.columns) {
        if (contains(new_columns_, column.sink_name)) {
          out.push_back("ALTER TABLE " + stage_ + " ADD COLUMN " + column_definition(column));
        } else {
          append_new_shape(column, out);
        }
      }
    } else {
      const bool becomes_target = becomes_target_ && !is_stage_published_;
      std::string columns;
      for (const ColumnPolicy& column : task_.columns) {
        columns += (columns.empty() ? "" : ", ");
        columns += becomes_target ? column_definition(column)
                                  : quote_name(column.sink_name) + " " + column.sink_native + key_collation(column) +
                                        (column.is_nullable_in_stage() ? "" : " NOT NULL");
      }
      out.push_back((becomes_target ? "CREATE TABLE " : "CREATE UNLOGGED TABLE ") + stage_ + " (" + columns + ")");
    }
    out.push_back("COMMENT ON TABLE " + stage_ + " IS " + quote_literal(options_.stage_comment));
    std::vector<std::string> grantees;
    for (const Grant& grant : native_.default_acl) {
      const std::string grantee = role_or_public(grant.grantee);
      if (!contains(grantees, grantee)) grantees.push_back(grantee);
    }
    for (const std::string& grantee : grantees) out.push_back("REVOKE ALL ON TABLE " + stage_ + " FROM " + grantee);
    if (is_exchange_) {
      for (const TargetRelation::Constraint& constraint : relation_.constraints) {
        const bool is_late_not_null = constraint.type == "n" && !constraint.is_validated;
        if (constraint.type != "c" && !is_late_not_null) continue;
        // LIKE carries NOT NULL constraints, and takes each for valid.
        if (is_late_not_null) {
          out.push_back("ALTER TABLE " + stage_ + " DROP CONSTRAINT " + quote_name(constraint.name));
        }
        out.push_back("ALTER TABLE " + stage_ + " ADD CONSTRAINT " + quote_name(constraint.name) + " " +
                      constraint.definition);
        append_comment(out, "CONSTRAINT " + quote_name(constraint.name) + " ON " + stage_, constraint.comment);
      }
    }
    const bool is_text = task_.is_raw ? task_.format.is_text
                                      : std::any_of(task_.columns.begin(), task_.columns.end(),
                                                    [](const ColumnPolicy& column) { return column.travels_as_text; });
    // Without columns there is nothing to name; the rows still count.
    const std::string list = task_.columns.empty() ? "" : " (" + quote_names(sink_names(task_)) + ")";
    // FREEZE wants the table to be made in the same transaction.
    const bool is_alone = task_.loaders == 1;
    out_.copy = "COPY " + stage_ + list + " FROM STDIN (FORMAT " + (is_text ? "text" : "binary") +
                (is_alone ? ", FREEZE)" : ")");
    if (!is_alone) {
      out_.begin_copy.emplace_back("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
      out_.begin_copy.emplace_back(kNoFlush);
      out_.seal.emplace_back(kNoFlush);
    }
    out_.begin_copy.emplace_back(kPlainSearchPath);
    out_.end_copy = is_alone ? std::string(kFixedSearchPath) : "COMMIT";
  }

  // Statistics before the table is published, or its first queries plan blind. A sample of 3,000 rows is enough for
  // that (the full one takes 0.25 s of a cold table). With its columns named, ANALYZE leaves the rows counted as
  // changed, so autovacuum takes the full sample soon after. Each column costs 3 ms, whatever the number of rows: of a
  // wide table, keys and the first columns have to do until then.
  void append_analyze() {
    out_.seal.push_back(
        "SELECT set_config('default_statistics_target', "
        "least(10, current_setting('default_statistics_target')::integer)::text, true)");
    out_.seal.emplace_back(kPlainSearchPath);
    const std::vector<std::string> columns = analyzed_columns();
    out_.seal.push_back("ANALYZE " + stage_ + (columns.empty() ? "" : " (" + quote_names(columns) + ")"));
    out_.seal.emplace_back(kFixedSearchPath);
  }

  std::vector<std::string> analyzed_columns() const {
    constexpr std::size_t kMost = 32;
    std::vector<std::string> all = sink_names(task_);
    if (all.size() <= kMost) return all;
    std::vector<std::string> chosen;
    const auto choose = [&](const std::vector<std::string>& columns, std::size_t most) {
      for (const std::string& column : columns) {
        if (chosen.size() < most && contains(all, column) && !contains(chosen, column)) chosen.push_back(column);
      }
    };
    choose(task_.key, all.size());
    for (const KeyFacts& key : task_.target.keys) choose(key.columns, all.size());
    choose(all, kMost);
    return chosen;
  }

  void render_create() {
    for (const NativeTarget::NewKey& key : native_.new_keys) {
      const std::string temporary = names_.index(key.name);
      out_.seal.push_back("ALTER TABLE " + stage_ + " ADD CONSTRAINT " + quote_name(temporary) + " " + key.definition);
      renames_.push_back("ALTER INDEX " + quote_name(schema_, temporary) + " RENAME TO " + quote_name(key.name));
    }
    append_analyze();
    publish("SET LOCAL lock_timeout = " + quote_literal(options_.lock_timeout));
    publish("ALTER TABLE " + stage_ + " RENAME TO " + quote_name(table_));
    publish_all(renames_);
    std::vector<std::string> grants;
    append_grants(grants, native_.default_acl, "TABLE " + target_, role_, "");
    publish_all(grants);
    publish("COMMENT ON TABLE " + target_ + " IS NULL");
  }

  // The table comes into being as if a user had written it: subscribers see it once, whole, under its own name.
  void render_create_and_insert() {
    std::string columns;
    for (const ColumnPolicy& column : task_.columns) {
      columns += (columns.empty() ? "" : ", ") + column_definition(column);
    }
    publish("SET LOCAL lock_timeout = " + quote_literal(options_.lock_timeout));
    publish("CREATE TABLE " + target_ + " (" + columns + ")");
    publish(std::string(kPlainSearchPath));
    append_insert();
    for (const NativeTarget::NewKey& key : native_.new_keys) {
      publish("ALTER TABLE " + target_ + " ADD CONSTRAINT " + quote_name(key.name) + " " + key.definition);
    }
    publish(std::string(kPlainSearchPath));
    publish("ANALYZE " + target_);
    publish(std::string(kFixedSearchPath));
    publish("DROP TABLE " + stage_);
  }

  bool is_left_out(const std::string& key) const {
    const auto& keys = find_step<TakePlace>(task_.publish)->without;
    return std::any_of(keys.begin(), keys.end(), [&](const KeyFacts& other) { return other.name == key; });
  }

  void render_indexes() {
    for (const TargetRelation::Index& index : relation_.indexes) {
      const std::string& original = index.name;
      if (is_left_out(original)) continue;
      const std::string temporary = names_.index(original);
      const std::string& type = index.constraint_type;
      if (index.tablespace) {
        out_.seal.push_back("SET LOCAL default_tablespace = " + quote_literal(*index.tablespace));
      }
      // From 17 on the server itself builds indexes with a fixed path. The definition's names are looked up in the same
      // statement, so pg_catalog goes first.
      const bool runs_functions = index.uses_functions && native_.server_version < 170000;
      if (runs_functions) {
        out_.seal.emplace_back(
            "SELECT set_config('search_path', concat_ws(', ', 'pg_catalog', nullif(reset_val, '')), true) FROM "
            "pg_settings WHERE name = 'search_path'");
      }
      if (index.is_exclusion) {  // EXCLUDE, and keys WITHOUT OVERLAPS
        out_.seal.push_back("ALTER TABLE " + stage_ + " ADD CONSTRAINT " + quote_name(temporary) + " " +
                            index.constraint_definition);
        const std::string with = option_list(index.options, "");
        if (!with.empty()) out_.seal.push_back("ALTER INDEX " + quote_name(schema_, temporary) + " SET (" + with + ")");
      } else {
        out_.seal.push_back((index.is_unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ") + quote_name(temporary) +
                            " ON " + stage_ + index_definition_tail(index.definition));
        if (type == "p" || type == "u") {
          out_.seal.push_back("ALTER TABLE " + stage_ + " ADD CONSTRAINT " + quote_name(temporary) +
                              (type == "p" ? " PRIMARY KEY" : " UNIQUE") + " USING INDEX " + quote_name(temporary) +
                              (index.is_deferrable ? " DEFERRABLE" : "") +
                              (index.is_deferred ? " INITIALLY DEFERRED" : ""));
        }
      }
      if (runs_functions) out_.seal.emplace_back(kFixedSearchPath);
      if (index.tablespace) out_.seal.push_back("SET LOCAL default_tablespace = ''");
      for (const auto& [number, target] : index.statistics) {
        out_.seal.push_back("ALTER INDEX " + quote_name(schema_, temporary) + " ALTER COLUMN " + number +
                            " SET STATISTICS " + std::to_string(target));
      }
      append_comment(out_.seal, "INDEX " + quote_name(schema_, temporary), index.comment);
      if (!type.empty()) {
        append_comment(out_.seal, "CONSTRAINT " + quote_name(temporary) + " ON " + stage_, index.constraint_comment);
      }
      if (index.is_clustered) out_.seal.push_back("ALTER TABLE " + stage_ + " CLUSTER ON " + quote_name(temporary));
      if (index.is_replica_identity) {
        out_.seal.push_back("ALTER TABLE " + stage_ + " REPLICA IDENTITY USING INDEX " + quote_name(temporary));
      }
      renames_.push_back("ALTER INDEX " + quote_name(schema_, temporary) + " RENAME TO " + quote_name(original));
    }
    const std::string& identity = relation_.replica_identity;
    if (identity == "f") out_.seal.push_back("ALTER TABLE " + stage_ + " REPLICA IDENTITY FULL");
    if (identity == "n") out_.seal.push_back("ALTER TABLE " + stage_ + " REPLICA IDENTITY NOTHING");
  }

  void render_columns() {
    for (const TargetRelation::Column& column : relation_.columns) {
      const std::string alter = "ALTER TABLE " + stage_ + " ALTER COLUMN " + quote_name(column.name);
      if (column.statistics) out_.seal.push_back(alter + " SET STATISTICS " + std::to_string(*column.statistics));
      const std::string options = option_list(column.options, "");
      if (!options.empty()) out_.seal.push_back(alter + " SET (" + options + ")");
    }
  }

  void render_statistics() {
    for (const TargetRelation::Statistics& object : relation_.statistics) {
      const std::string temporary = quote_name(object.schema, names_.statistics(object.name));
      out_.seal.push_back("CREATE STATISTICS " + temporary + statistics_body(object.definition, relation_.regclass) +
                          " FROM " + stage_);
      if (object.target) {
        out_.seal.push_back("ALTER STATISTICS " + temporary + " SET STATISTICS " + std::to_string(*object.target));
      }
      append_comment(out_.seal, "STATISTICS " + temporary, object.comment);
      if (object.owner != role_) {
        out_.seal.push_back("ALTER STATISTICS " + temporary + " OWNER TO " + quote_name(object.owner));
      }
      renames_.push_back("ALTER STATISTICS " + temporary + " RENAME TO " + quote_name(object.name));
    }
  }

  void render_ownership() {
    if (owner_ != role_) out_.seal.push_back("ALTER TABLE " + stage_ + " OWNER TO " + quote_name(owner_));
    if (relation_.acl) {
      out_.seal.push_back("REVOKE ALL ON TABLE " + stage_ + " FROM " + quote_name(owner_));
      append_grants(out_.seal, *relation_.acl, "TABLE " + stage_, owner_, "");
    }
    for (const TargetRelation::Column& column : relation_.columns) {
      if (column.acl) append_grants(out_.seal, *column.acl, "TABLE " + stage_, owner_, quote_name(column.name));
    }
  }

  // Identity sequences are rebuilt with the stage, under names that only the server knows; they get ours here. Their
  // position is read under the lock. Serial sequences move.
  void render_sequences(std::vector<std::string>& moves) {
    for (const TargetRelation::Sequence& sequence : relation_.sequences) {
      const std::string& column = sequence.column;
      const std::string original = quote_name(sequence.schema, sequence.name);
      if (!sequence.is_identity) {
        moves.push_back("ALTER SEQUENCE " + original + " OWNED BY " + stage_ + "." + quote_name(column));
        continue;
      }
      const std::string temporary = quote_name(schema_, names_.sequence(column));
      moves.push_back("SELECT setval(" + quote_literal(temporary) + ", last_value, is_called) FROM " + original);
      // LIKE makes every identity sequence a bigint.
      if (sequence.type != "bigint") {
        out_.seal.push_back("ALTER SEQUENCE " + temporary + " AS " + sequence.type);
      }
      append_comment(out_.seal, "SEQUENCE " + temporary, sequence.comment);
      for (const auto& grantee : relation_.default_sequence_grantees) {
        out_.seal.push_back("REVOKE ALL ON SEQUENCE " + temporary + " FROM " + role_or_public(grantee));
      }
      if (sequence.acl) {
        out_.seal.push_back("REVOKE ALL ON SEQUENCE " + temporary + " FROM " + quote_name(owner_));
        append_grants(out_.seal, *sequence.acl, "SEQUENCE " + temporary, owner_, "");
      }
      renames_.push_back("ALTER SEQUENCE " + temporary + " RENAME TO " + quote_name(sequence.name));
    }
  }

  // A foreign key locks the table that it refers to, and writers of that table queue behind a session that waits for
  // the lock.
  void render_foreign_keys() {
    const std::string briefly = "SET LOCAL lock_timeout = " + quote_literal(options_.lock_timeout) + "; ";
    for (const TargetRelation::Constraint& constraint : relation_.constraints) {
      if (constraint.type != "f") continue;
      const std::string name = quote_name(constraint.name);
      const std::string& definition = constraint.definition;
      const bool is_validated = constraint.is_validated;
      const std::string alter = briefly + "ALTER TABLE " + stage_;
      out_.constrain.push_back(alter + " ADD CONSTRAINT " + name + " " + definition +
                               (is_validated ? " NOT VALID" : ""));
      if (is_validated) out_.constrain.push_back(alter + " VALIDATE CONSTRAINT " + name);
      append_comment(out_.constrain, "CONSTRAINT " + name + " ON " + stage_, constraint.comment);
    }
  }

  // Locks in OID order, so that two finalizers cannot wait for each other.
  void append_locks(std::string_view mode, bool with_references) {
    struct Lock {
      std::int64_t oid;
      std::string text;
    };
    std::vector<Lock> locks = {{relation_.oid, only_ + target_}};
    if (with_references) {
      for (const TargetRelation::Constraint& constraint : relation_.constraints) {
        if (constraint.type != "f") continue;
        const std::int64_t oid = constraint.references_oid;
        const bool known = std::any_of(locks.begin(), locks.end(), [&](const Lock& lock) { return lock.oid == oid; });
        if (!known) locks.push_back({oid, constraint.references});
      }
    }
    std::sort(locks.begin(), locks.end(), [](const Lock& a, const Lock& b) { return a.oid < b.oid; });
    publish("SET LOCAL lock_timeout = " + quote_literal(options_.lock_timeout));
    for (const Lock& lock : locks) publish("LOCK TABLE " + lock.text + " IN " + std::string(mode) + " MODE");
    // Which one it is differs from database to database.
    out_.publish.push_back({render_expected_target(task_.target.fingerprint), std::nullopt,
                            render_expected_target("{sha256 of the description}")});
    publish("EXECUTE " + std::string(kTargetStatement));
  }

  void render_exchange() {
    render_indexes();
    render_columns();
    render_statistics();
    std::vector<std::string> moves;
    append_analyze();
    render_ownership();
    render_sequences(moves);
    render_foreign_keys();
    append_locks("ACCESS EXCLUSIVE", true);
    publish_all(moves);
    publish("DROP TABLE " + target_);
    publish("ALTER TABLE " + stage_ + " RENAME TO " + quote_name(table_));
    publish_all(renames_);
    publish("COMMENT ON TABLE " + target_ + " IS " + (relation_.comment ? quote_literal(*relation_.comment) : "NULL"));
    append_advances();
  }

  // Others may take numbers meanwhile, and are not turned back: the greatest value is found first, then the sequence is
  // read and moved in one breath. It stays moved should the transaction be rolled back, which leaves a gap.
  void append_advances() {
    const AdvanceSequences* const step = find_step<AdvanceSequences>(task_.publish);
    if (step == nullptr) return;
    for (const TargetRelation::Numbering& numbering : relation_.numbering) {
      const std::string& column = numbering.column;
      if (!contains(step->columns, column)) continue;
      const std::int64_t by = numbering.step;
      const std::string& sequence = numbering.sequence;
      const bool is_up = by > 0;
      const std::string last = std::string(is_up ? "max(" : "min(") + quote_name(column) + ")";
      const std::string rows = is_exchange_ || numbering.is_indexed ? target_ : stage_;
      const std::string limit = is_up ? "least(g.last, " + std::to_string(numbering.max) + ")"
                                      : "greatest(g.last, " + std::to_string(numbering.min) + ")";
      publish("SELECT setval(" + quote_literal(sequence) + ", " + limit + ") FROM (SELECT " + last +
              "::bigint AS last FROM " + rows + ") AS g, LATERAL (SELECT q.last_value + CASE WHEN q.is_called THEN " +
              std::to_string(by) + " ELSE 0 END AS next FROM " + sequence +
              " AS q WHERE g.last IS NOT NULL OFFSET 0) AS n WHERE g.last " + (is_up ? ">=" : "<=") + " n.next");
    }
  }

  // Step by step, in the order of the list: what the target has besides stays.
  void render_steps() {
    if (!replaces_all(task_)) append_analyze();  // to be joined with the target
    append_locks(lock_mode(), false);
    out_.counts_rows = !replaces_all(task_) && (!relation_.triggers.empty() || relation_.has_triggers_below);
    guard_references();
    bool is_plain_path = false;
    for (std::size_t i = 0; i < task_.publish.size(); ++i) {
      if (const auto* added = std::get_if<AddColumns>(&task_.publish[i])) {
        for (const ColumnPolicy& column : task_.columns) {
          if (!contains(added->columns, column.sink_name)) continue;
          publish("ALTER TABLE " + target_ + " ADD COLUMN " + column_definition(column));
        }
        continue;
      }
      if (!is_plain_path) publish(std::string(kPlainSearchPath));
      is_plain_path = true;
      if (const auto* removal = std::get_if<DeleteRows>(&task_.publish[i])) append_delete(*removal, i);
      if (const auto* update = std::get_if<UpdateRows>(&task_.publish[i])) {
        for (const sql::SetAside& aside : find_set_asides(task_.target, update->key, sink_names(task_), stage_).ways) {
          publish(sql::render_set_aside(dialect(), task_, tables(), *update, aside));
        }
        if (const auto change = sql::render_update(dialect(), task_, tables(), *update))
          append_change(*change, i, "changed");
      }
      if (const auto* insert = std::get_if<InsertRows>(&task_.publish[i])) {
        append_change(sql::render_insert(dialect(), task_, tables(), *insert), i, "added");
      }
    }
    // Deferred triggers run at once, as long as that path lasts.
    publish("SET CONSTRAINTS ALL IMMEDIATE");
    publish(std::string(kFixedSearchPath));
    if (replaces_all(task_)) guard_row_count();
    publish_all(guards_);
    append_advances();
    publish("DROP TABLE " + stage_);
  }

  // Other writers wait while rows are looked up by their key, so that rows found missing stay missing; readers only
  // wait for TRUNCATE. Rows at a position belong to earlier loads, which the target's lock serializes.
  std::string_view lock_mode() const {
    bool looks_first = false;
    for (const Step& step : task_.publish) {
      const auto* removal = std::get_if<DeleteRows>(&step);
      if (removal != nullptr && removal->how == Removal::kTruncate) return "ACCESS EXCLUSIVE";
      const auto* insert = std::get_if<InsertRows>(&step);
      looks_first = looks_first || removal != nullptr || std::holds_alternative<UpdateRows>(step) ||
                    (insert != nullptr && insert->which == InsertRows::Which::kNewKeys);
    }
    return looks_first ? "SHARE ROW EXCLUSIVE" : "ROW EXCLUSIVE";
  }

  // DELETE must not remove rows of another table, and must not leave rows that refer to nothing.
  void guard_references() {
    const DeleteRows* const removal = find_step<DeleteRows>(task_.publish);
    // Where rows stay, those of other tables may refer to them: PostgreSQL looks at each that goes.
    if (removal == nullptr || removal->how == Removal::kTruncate || !removal->scope.is_whole()) return;
    for (const TargetRelation::IncomingKey& key : relation_.incoming_foreign_keys) {
      if (key.is_own) continue;
      std::string condition;
      for (const std::string& column : key.columns) {
        condition += (condition.empty() ? "" : " AND ") + quote_name(column) + " IS NOT NULL";
      }
      publish(render_guard("NOT EXISTS (SELECT FROM " + key.table + " WHERE " + condition + ")", "publish.referenced",
                           quote_literal(key.table)));
    }
  }

  void append_delete(const DeleteRows& removal, std::size_t step) {
    if (removal.how == Removal::kTruncate) {
      publish("TRUNCATE " + only_ + target_);
      return;
    }
    const std::string condition = sql::scope_condition(dialect(), task_, removal.scope);
    const std::string rows = " FROM " + only_ + target_ + (condition.empty() ? "" : " WHERE " + condition);
    append_change({"DELETE" + rows, rows}, step, "removed");
  }

  // A trigger may silently skip rows: if there is one, the rows are counted, and a guard compares.
  void append_change(const sql::RowChange& change, std::size_t step, const std::string& what) {
    if (!out_.counts_rows) {
      publish(change.statement, step);
      return;
    }
    const std::string number = std::to_string(step);
    const auto keep_count = [&](const std::string& setting) {
      return "SELECT pg_catalog.set_config('dpone." + setting + "_" + number +
             "', pg_catalog.count(*)::pg_catalog.text, false)";
    };
    publish(keep_count("wanted") + change.rows);
    publish("WITH " + what + " AS (" + change.statement + " RETURNING 1) " + keep_count("rows") + " FROM " + what);
    const std::string done = "current_setting('dpone.rows_" + number + "')";
    const std::string wanted = "current_setting('dpone.wanted_" + number + "')";
    guards_.push_back(render_guard(done + " = " + wanted, "gate.row_count",
                                   done + " || ' of ' || " + wanted + " || ' rows to be " + what + "'"));
  }

  void guard_row_count() {
    const std::string count = "(SELECT count(*) FROM " + only_ + target_ + ")";
    const std::string staged = options_.staged_rows < 0 ? "{rows}" : std::to_string(options_.staged_rows);
    publish(render_guard(count + " = " + staged, "gate.row_count", count + "::text"));
  }

  void append_insert() {
    publish(sql::render_insert(dialect(), task_, tables(), InsertRows{}).statement);
    publish("SET CONSTRAINTS ALL IMMEDIATE");
    publish(std::string(kFixedSearchPath));
    guard_row_count();
  }

  // Rows of equal rank stay, and fail the key gate.
  void render_stage_steps() {
    for (const Step& step : task_.stage) {
      const auto* latest = std::get_if<KeepLatest>(&step);
      if (latest == nullptr) continue;
      out_.stage_steps.push_back(
          "DELETE FROM " + stage_ + " AS s USING (SELECT ctid AS place, rank() OVER (PARTITION BY " +
          quote_names(latest->key) + " ORDER BY " + quote_name(latest->by) + " DESC NULLS LAST) AS number FROM " +
          stage_ + " WHERE NOT (" + sql::any_null(dialect(), latest->key) +
          ")) AS ranked WHERE s.ctid = ranked.place AND ranked.number > 1");
    }
    for (const Question& question : task_.questions) {
      out_.questions.push_back(sql::render_question(dialect(), task_, tables(), question));
    }
  }

  sql::LoadTables tables() const { return {target_, stage_}; }

  void publish(std::string sql, std::optional<std::size_t> step = {}) {
    out_.publish.push_back({std::move(sql), step});
  }
  void publish_all(const std::vector<std::string>& statements) {
    for (const std::string& sql : statements) publish(sql);
  }

  const LoadTask& task_;
  const NativeTarget& native_;
  const TargetRelation& relation_;
  const sql::TemporaryNames& names_;
  const SinkRenderOptions& options_;
  const std::string schema_;
  const std::string table_;
  const std::string target_;
  const std::string stage_;
  const std::string owner_;
  const std::string role_;
  const bool is_partitioned_;
  const bool becomes_target_;
  const bool is_exchange_;
  // A publication would send the rows of a logged stage to its subscribers, under the stage's name.
  const bool is_stage_published_;
  const std::vector<std::string> new_columns_;
  const std::string only_;
  std::vector<std::string> renames_;
  std::vector<std::string> guards_;
  SinkStatements out_;
};

}  // namespace

std::string stage_comment(const std::string& process, const std::string& run_id, const std::string& target) {
  Json comment = Json::object();
  comment.set("dpone", "stage").set("process", process).set("run_id", run_id).set("target", target);
  return comment.canonical();
}

sql::LoadTables tables_of(const LoadTask& task, const sql::TemporaryNames& names) {
  const TargetRelation& target = native_of(task.target).relation;
  return {quote_name(target.schema, target.name), quote_name(target.schema, names.stage())};
}

SinkStatements render_sink(const LoadTask& task, const sql::TemporaryNames& names, const SinkRenderOptions& options) {
  return SinkRenderer(task, names, options).render();
}

std::string index_definition_tail(std::string_view definition) {
  std::string_view rest = without_prefix(definition, "CREATE ");
  rest = without_prefix(rest, "UNIQUE ");
  rest = without_prefix(rest, "INDEX ");
  rest = without_prefix(after_identifier(rest), " ON ");
  rest = without_prefix(rest, "ONLY ");
  rest = after_identifier(rest);
  if (rest.starts_with('.')) rest = after_identifier(rest.substr(1));
  return std::string(rest);
}

}  // namespace dpone::postgres
