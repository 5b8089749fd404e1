#include "dpone/connectors/postgres/dialect.h"

#include <algorithm>

#include "dpone/base/contains.h"
#include "dpone/connectors/postgres/quote.h"

namespace dpone::postgres {
namespace {

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

std::string option_list(const Json& options, std::string_view prefix) {
  std::string out;
  for (const Json& option : options.as_array()) {
    const std::string& text = option.as_string();
    const std::size_t equals = text.find('=');
    out += (out.empty() ? "" : ", ") + std::string(prefix) + quote_name(text.substr(0, equals)) + " = " +
           quote_literal(equals == std::string::npos ? "true" : text.substr(equals + 1));
  }
  return out;
}

// GRANT statements that rebuild an ACL on `object` (`TABLE "s"."t"`), privilege by privilege in its order. Grants of
// the owner need no role; those of another grantor are made as that role.
void append_grants(std::vector<std::string>& out, const Json& acl, const std::string& object, const std::string& owner,
                   const std::string& columns) {
  for (const Json& grant : acl.as_array()) {
    const std::string grantor = grant["grantor"].as_string();
    const bool is_foreign = grantor != owner;
    const std::string grantee = grant["grantee"].is_null() ? "PUBLIC" : quote_name(grant["grantee"].as_string());
    if (is_foreign) out.push_back("SET LOCAL ROLE " + quote_name(grantor));
    out.push_back("GRANT " + grant["privilege"].as_string() + (columns.empty() ? "" : " (" + columns + ")") + " ON " +
                  object + " TO " + grantee + (grant["grantable"].as_bool() ? " WITH GRANT OPTION" : ""));
    if (is_foreign) out.push_back("RESET ROLE");
  }
}

void append_comment(std::vector<std::string>& out, const std::string& object, const Json& comment) {
  if (comment.is_string()) out.push_back("COMMENT ON " + object + " IS " + quote_literal(comment.as_string()));
}

std::vector<std::string> sink_names(const LoadTask& task) {
  std::vector<std::string> names;
  for (const ColumnPolicy& column : task.columns) names.push_back(column.sink_name);
  return names;
}

bool is_new_column(const LoadTask& task, const std::string& name) { return contains(task.new_columns, name); }

bool is_key(const LoadTask& task, const std::string& name) { return contains(task.key, name); }

// Row `t` of the target and row `s` of the stage have the same key. Operators by their full name: the statement may run
// under a search_path that is not ours.
std::string key_match(const LoadTask& task) {
  const Json& operators = task.target.native["key_operators"];
  std::string out;
  for (const std::string& column : task.key) {
    const std::string name = quote_name(column);
    const std::string equals = operators.contains(column) ? operators[column].as_string() : "OPERATOR(pg_catalog.=)";
    out += (out.empty() ? "t." : " AND t.") + name + " " + equals + " s." + name;
  }
  return out;
}

// Compares the other columns bit by bit, as `*=` and `*<>` do: 1.0 and 1.00 differ, NULL equals NULL, and types without
// equality are compared too.
std::string values_compare(const LoadTask& task, std::string_view image_operator) {
  std::string target;
  std::string stage;
  for (const ColumnPolicy& column : task.columns) {
    if (is_key(task, column.sink_name)) continue;
    const std::string name = quote_name(column.sink_name);
    target += (target.empty() ? "t." : ", t.") + name;
    stage += (stage.empty() ? "s." : ", s.") + name;
  }
  // Without the casts the comparison is taken apart, column by column.
  return "ROW(" + target + ")::pg_catalog.record OPERATOR(pg_catalog." + std::string(image_operator) + ") ROW(" +
         stage + ")::pg_catalog.record";
}

class SinkRenderer {
 public:
  SinkRenderer(const LoadTask& task, const TemporaryNames& names, const SinkRenderOptions& options)
      : task_(task),
        native_(task.target.native),
        names_(names),
        options_(options),
        schema_(native_["schema"].as_string()),
        table_(native_["name"].as_string()),
        target_(quote_name(schema_, table_)),
        stage_(quote_name(schema_, names.stage())),
        owner_(native_["owner"].as_string()),
        role_(native_["rights"]["role"].as_string()),
        is_partitioned_(native_["kind"].as_string() == "p"),
        is_stage_published_(task.method == PublishMethod::kCreate && !native_["publications"].as_array().empty()),
        only_(is_partitioned_ ? "" : "ONLY ") {}

  SinkStatements render() {
    render_prepare();
    render_stage();
    switch (task_.method) {
      case PublishMethod::kCreate:
        is_stage_published_ ? render_create_and_insert() : render_create();
        break;
      case PublishMethod::kExchange:
        render_exchange();
        break;
      case PublishMethod::kTruncateInsert:
      case PublishMethod::kDeleteInsert:
        render_rewrite();
        break;
      case PublishMethod::kAppend:
      case PublishMethod::kMerge:
        render_add();
        break;
    }
    return std::move(out_);
  }

 private:
  void render_prepare() {
    if (!native_["schema_exists"].is_null() && !native_["schema_exists"].as_bool()) {
      out_.prepare.push_back("CREATE SCHEMA " + quote_name(schema_));
    }
    if (task_.target.exists && task_.new_columns.empty()) return;
    for (const Json& statement : native_["create_types"].as_array()) out_.prepare.push_back(statement.as_string());
  }

  std::string column_definition(const ColumnPolicy& column) const {
    std::string text = quote_name(column.sink_name) + " " + column.sink_native;
    const Json& details = native_["column_details"][column.sink_name];
    if (details["collation"].is_string()) text += " COLLATE " + details["collation"].as_string();
    if (details["default"].is_string()) text += " DEFAULT " + details["default"].as_string();
    if (!column.is_nullable) text += " NOT NULL";
    return text;
  }

  // What the source's column has become since the target was made.
  void append_new_shape(const ColumnPolicy& column, std::vector<std::string>& out) const {
    for (const Json& known : native_["columns"].as_array()) {
      if (known["name"].as_string() != column.sink_name) continue;
      const std::string alter = "ALTER TABLE " + stage_ + " ALTER COLUMN " + quote_name(column.sink_name);
      if (known["type"].as_string() != column.sink_native) {
        const bool has_collation = known["collation"].is_string() && column.sink_type.kind == TypeKind::kText;
        out.push_back(alter + " TYPE " + column.sink_native +
                      (has_collation ? " COLLATE " + known["collation"].as_string() : ""));
      }
      if (known["not_null"].as_bool() && column.is_nullable) out.push_back(alter + " DROP NOT NULL");
    }
  }

  // Keys of the stage are equal where those of the target are: its collation may take 'a' and 'A' for one.
  std::string key_collation(const ColumnPolicy& column) const {
    if (!is_key(task_, column.sink_name)) return {};
    for (const Json& known : native_["columns"].as_array()) {
      if (known["name"].as_string() != column.sink_name || !known["collation"].is_string()) continue;
      return " COLLATE " + known["collation"].as_string();
    }
    return {};
  }

  // The stage, and what has to be there before its first row. Default privileges may have granted it to others.
  void render_stage() {
    std::vector<std::string>& out = out_.stage;
    if (task_.method == PublishMethod::kExchange) {
      std::string sql = native_["persistence"].as_string() == "u" ? "CREATE UNLOGGED TABLE " : "CREATE TABLE ";
      sql += stage_ + " (LIKE " + target_ +
             " INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING IDENTITY INCLUDING STORAGE " +
             (native_["server_version"].as_int() >= 140000 ? "INCLUDING COMPRESSION " : "") + "INCLUDING COMMENTS)";
      if (native_["access_method"].is_string()) sql += " USING " + quote_name(native_["access_method"].as_string());
      std::string with = option_list(native_["options"], "");
      const std::string toast = option_list(native_["toast_options"], "toast.");
      if (!toast.empty()) with += (with.empty() ? "" : ", ") + toast;
      if (!with.empty()) sql += " WITH (" + with + ")";
      if (native_["tablespace"].is_string()) sql += " TABLESPACE " + quote_name(native_["tablespace"].as_string());
      out.push_back(std::move(sql));
      for (const ColumnPolicy& column : task_.columns) {
        if (is_new_column(task_, column.sink_name)) {
          out.push_back("ALTER TABLE " + stage_ + " ADD COLUMN " + column_definition(column));
        } else {
          append_new_shape(column, out);
        }
      }
    } else {
      const bool becomes_target = task_.method == PublishMethod::kCreate && !is_stage_published_;
      std::string columns;
      for (const ColumnPolicy& column : task_.columns) {
        columns += (columns.empty() ? "" : ", ");
        columns += becomes_target ? column_definition(column)
                                  : quote_name(column.sink_name) + " " + column.sink_native + key_collation(column) +
                                        (column.is_nullable ? "" : " NOT NULL");
      }
      out.push_back((becomes_target ? "CREATE TABLE " : "CREATE UNLOGGED TABLE ") + stage_ + " (" + columns + ")");
    }
    out.push_back("COMMENT ON TABLE " + stage_ + " IS " + quote_literal(options_.stage_comment));
    std::vector<std::string> grantees;
    for (const Json& grant : native_["default_acl"].as_array()) {
      const std::string grantee = grant["grantee"].is_null() ? "PUBLIC" : quote_name(grant["grantee"].as_string());
      if (!contains(grantees, grantee)) grantees.push_back(grantee);
    }
    for (const std::string& grantee : grantees) out.push_back("REVOKE ALL ON TABLE " + stage_ + " FROM " + grantee);
    if (task_.method == PublishMethod::kExchange) {
      for (const Json& constraint : native_["constraints"].as_array()) {
        const std::string type = constraint["type"].as_string();
        const bool is_late_not_null = type == "n" && !constraint["is_validated"].as_bool();
        if (type != "c" && !is_late_not_null) continue;
        // LIKE carries NOT NULL constraints, and takes each for valid.
        if (is_late_not_null) {
          out.push_back("ALTER TABLE " + stage_ + " DROP CONSTRAINT " + quote_name(constraint["name"].as_string()));
        }
        out.push_back("ALTER TABLE " + stage_ + " ADD CONSTRAINT " + quote_name(constraint["name"].as_string()) + " " +
                      constraint["definition"].as_string());
        append_comment(out, "CONSTRAINT " + quote_name(constraint["name"].as_string()) + " ON " + stage_,
                       constraint["comment"]);
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
    if (!is_alone) out_.begin_copy.emplace_back("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
    out_.begin_copy.emplace_back(kPlainSearchPath);
    out_.end_copy = is_alone ? std::string(kFixedSearchPath) : "COMMIT";
  }

  // Statistics before the table is published, or its first queries plan blind. A sample of 3,000 rows is enough for
  // that (the full one takes 0.25 s of a cold table). With its columns named, ANALYZE leaves the rows counted as
  // changed, so autovacuum takes the full sample soon after.
  void append_analyze() {
    out_.seal.push_back(
        "SELECT set_config('default_statistics_target', "
        "least(10, current_setting('default_statistics_target')::integer)::text, true)");
    out_.seal.emplace_back(kPlainSearchPath);
    const std::string columns = task_.columns.empty() ? "" : " (" + quote_names(sink_names(task_)) + ")";
    out_.seal.push_back("ANALYZE " + stage_ + columns);
    out_.seal.emplace_back(kFixedSearchPath);
  }

  void render_create() {
    for (const Json& key : native_["create_keys"].as_array()) {
      const std::string original = key["name"].as_string();
      const std::string temporary = names_.index(original);
      out_.seal.push_back("ALTER TABLE " + stage_ + " ADD CONSTRAINT " + quote_name(temporary) + " " +
                          key["definition"].as_string());
      renames_.push_back("ALTER INDEX " + quote_name(schema_, temporary) + " RENAME TO " + quote_name(original));
    }
    append_analyze();
    out_.publish.push_back("SET LOCAL lock_timeout = " + quote_literal(options_.lock_timeout));
    out_.publish.push_back("ALTER TABLE " + stage_ + " RENAME TO " + quote_name(table_));
    out_.publish.insert(out_.publish.end(), renames_.begin(), renames_.end());
    append_grants(out_.publish, native_["default_acl"], "TABLE " + target_, role_, "");
    out_.publish.push_back("COMMENT ON TABLE " + target_ + " IS NULL");
  }

  // The table comes into being as if a user had written it: subscribers see it once, whole, under its own name.
  void render_create_and_insert() {
    std::string columns;
    for (const ColumnPolicy& column : task_.columns) {
      columns += (columns.empty() ? "" : ", ") + column_definition(column);
    }
    out_.publish.push_back("SET LOCAL lock_timeout = " + quote_literal(options_.lock_timeout));
    out_.publish.push_back("CREATE TABLE " + target_ + " (" + columns + ")");
    out_.publish.emplace_back(kPlainSearchPath);
    append_insert();
    for (const Json& key : native_["create_keys"].as_array()) {
      out_.publish.push_back("ALTER TABLE " + target_ + " ADD CONSTRAINT " + quote_name(key["name"].as_string()) + " " +
                             key["definition"].as_string());
    }
    out_.publish.emplace_back(kPlainSearchPath);
    out_.publish.push_back("ANALYZE " + target_);
    out_.publish.emplace_back(kFixedSearchPath);
    out_.publish.push_back("DROP TABLE " + stage_);
  }

  void render_indexes() {
    for (const Json& index : native_["indexes"].as_array()) {
      const std::string original = index["name"].as_string();
      const std::string temporary = names_.index(original);
      const std::string type = index["constraint_type"].as_string();
      const bool has_tablespace = index["tablespace"].is_string();
      if (has_tablespace) {
        out_.seal.push_back("SET LOCAL default_tablespace = " + quote_literal(index["tablespace"].as_string()));
      }
      // From 17 on the server itself builds indexes with a fixed path. The definition's names are looked up in the same
      // statement, so pg_catalog goes first.
      const bool runs_functions = index["uses_functions"].as_bool() && native_["server_version"].as_int() < 170000;
      if (runs_functions) {
        out_.seal.emplace_back(
            "SELECT set_config('search_path', concat_ws(', ', 'pg_catalog', nullif(reset_val, '')), true) FROM "
            "pg_settings WHERE name = 'search_path'");
      }
      if (index["is_exclusion"].as_bool()) {  // EXCLUDE, and keys WITHOUT OVERLAPS
        out_.seal.push_back("ALTER TABLE " + stage_ + " ADD CONSTRAINT " + quote_name(temporary) + " " +
                            index["constraint_definition"].as_string());
        const std::string with = option_list(index["options"], "");
        if (!with.empty()) out_.seal.push_back("ALTER INDEX " + quote_name(schema_, temporary) + " SET (" + with + ")");
      } else {
        out_.seal.push_back((index["is_unique"].as_bool() ? "CREATE UNIQUE INDEX " : "CREATE INDEX ") +
                            quote_name(temporary) + " ON " + stage_ +
                            index_definition_tail(index["definition"].as_string()));
        if (type == "p" || type == "u") {
          out_.seal.push_back("ALTER TABLE " + stage_ + " ADD CONSTRAINT " + quote_name(temporary) +
                              (type == "p" ? " PRIMARY KEY" : " UNIQUE") + " USING INDEX " + quote_name(temporary) +
                              (index["is_deferrable"].as_bool() ? " DEFERRABLE" : "") +
                              (index["is_deferred"].as_bool() ? " INITIALLY DEFERRED" : ""));
        }
      }
      if (runs_functions) out_.seal.emplace_back(kFixedSearchPath);
      if (has_tablespace) out_.seal.push_back("SET LOCAL default_tablespace = ''");
      for (const auto& [number, target] : index["statistics"].as_object()) {
        out_.seal.push_back("ALTER INDEX " + quote_name(schema_, temporary) + " ALTER COLUMN " + number +
                            " SET STATISTICS " + std::to_string(target.as_int()));
      }
      append_comment(out_.seal, "INDEX " + quote_name(schema_, temporary), index["comment"]);
      if (!type.empty()) {
        append_comment(out_.seal, "CONSTRAINT " + quote_name(temporary) + " ON " + stage_, index["constraint_comment"]);
      }
      if (index["is_clustered"].as_bool())
        out_.seal.push_back("ALTER TABLE " + stage_ + " CLUSTER ON " + quote_name(temporary));
      if (index["is_replica_identity"].as_bool()) {
        out_.seal.push_back("ALTER TABLE " + stage_ + " REPLICA IDENTITY USING INDEX " + quote_name(temporary));
      }
      renames_.push_back("ALTER INDEX " + quote_name(schema_, temporary) + " RENAME TO " + quote_name(original));
    }
    const std::string identity = native_["replica_identity"].as_string();
    if (identity == "f") out_.seal.push_back("ALTER TABLE " + stage_ + " REPLICA IDENTITY FULL");
    if (identity == "n") out_.seal.push_back("ALTER TABLE " + stage_ + " REPLICA IDENTITY NOTHING");
  }

  void render_columns() {
    for (const Json& column : native_["columns"].as_array()) {
      const std::string alter = "ALTER TABLE " + stage_ + " ALTER COLUMN " + quote_name(column["name"].as_string());
      if (column["statistics"].is_int()) {
        out_.seal.push_back(alter + " SET STATISTICS " + std::to_string(column["statistics"].as_int()));
      }
      const std::string options = option_list(column["options"], "");
      if (!options.empty()) out_.seal.push_back(alter + " SET (" + options + ")");
    }
  }

  void render_statistics() {
    for (const Json& object : native_["statistics"].as_array()) {
      const std::string original = object["name"].as_string();
      const std::string temporary = quote_name(object["schema"].as_string(), names_.statistics(original));
      out_.seal.push_back("CREATE STATISTICS " + temporary +
                          statistics_body(object["definition"].as_string(), native_["regclass"].as_string()) +
                          " FROM " + stage_);
      if (object["target"].is_int()) {
        out_.seal.push_back("ALTER STATISTICS " + temporary + " SET STATISTICS " +
                            std::to_string(object["target"].as_int()));
      }
      append_comment(out_.seal, "STATISTICS " + temporary, object["comment"]);
      if (object["owner"].as_string() != role_) {
        out_.seal.push_back("ALTER STATISTICS " + temporary + " OWNER TO " + quote_name(object["owner"].as_string()));
      }
      renames_.push_back("ALTER STATISTICS " + temporary + " RENAME TO " + quote_name(original));
    }
  }

  void render_ownership() {
    if (owner_ != role_) out_.seal.push_back("ALTER TABLE " + stage_ + " OWNER TO " + quote_name(owner_));
    if (!native_["acl"].is_null()) {
      out_.seal.push_back("REVOKE ALL ON TABLE " + stage_ + " FROM " + quote_name(owner_));
      append_grants(out_.seal, native_["acl"], "TABLE " + stage_, owner_, "");
    }
    for (const Json& column : native_["columns"].as_array()) {
      append_grants(out_.seal, column["acl"], "TABLE " + stage_, owner_, quote_name(column["name"].as_string()));
    }
  }

  // Identity sequences are rebuilt with the stage, under names that only the server knows; they get ours here. Their
  // position is read under the lock. Serial sequences move.
  void render_sequences(std::vector<std::string>& moves) {
    for (const Json& sequence : native_["sequences"].as_array()) {
      const std::string column = sequence["column"].as_string();
      const std::string original = quote_name(sequence["schema"].as_string(), sequence["name"].as_string());
      if (!sequence["is_identity"].as_bool()) {
        moves.push_back("ALTER SEQUENCE " + original + " OWNED BY " + stage_ + "." + quote_name(column));
        continue;
      }
      const std::string temporary = quote_name(schema_, names_.sequence(column));
      moves.push_back("SELECT setval(" + quote_literal(temporary) + ", last_value, is_called) FROM " + original);
      // LIKE makes every identity sequence a bigint.
      if (sequence["type"].as_string() != "bigint") {
        out_.seal.push_back("ALTER SEQUENCE " + temporary + " AS " + sequence["type"].as_string());
      }
      append_comment(out_.seal, "SEQUENCE " + temporary, sequence["comment"]);
      for (const Json& grantee : native_["default_sequence_grantees"].as_array()) {
        out_.seal.push_back("REVOKE ALL ON SEQUENCE " + temporary + " FROM " +
                            (grantee.is_null() ? "PUBLIC" : quote_name(grantee.as_string())));
      }
      if (!sequence["acl"].is_null()) {
        out_.seal.push_back("REVOKE ALL ON SEQUENCE " + temporary + " FROM " + quote_name(owner_));
        append_grants(out_.seal, sequence["acl"], "SEQUENCE " + temporary, owner_, "");
      }
      renames_.push_back("ALTER SEQUENCE " + temporary + " RENAME TO " + quote_name(sequence["name"].as_string()));
    }
  }

  // A key takes a lock of the table that it refers to, and writers of that table queue behind whoever waits for it.
  void render_foreign_keys() {
    const std::string briefly = "SET LOCAL lock_timeout = " + quote_literal(options_.lock_timeout) + "; ";
    for (const Json& constraint : native_["constraints"].as_array()) {
      if (constraint["type"].as_string() != "f") continue;
      const std::string name = quote_name(constraint["name"].as_string());
      const std::string definition = constraint["definition"].as_string();
      const bool is_validated = constraint["is_validated"].as_bool();
      const std::string alter = briefly + "ALTER TABLE " + stage_;
      out_.constrain.push_back(alter + " ADD CONSTRAINT " + name + " " + definition +
                               (is_validated ? " NOT VALID" : ""));
      if (is_validated) out_.constrain.push_back(alter + " VALIDATE CONSTRAINT " + name);
      append_comment(out_.constrain, "CONSTRAINT " + name + " ON " + stage_, constraint["comment"]);
    }
  }

  // Locks in OID order, so that two finalizers cannot wait for each other.
  void append_locks(std::vector<std::string>& out, std::string_view mode, bool with_references) {
    struct Lock {
      std::int64_t oid;
      std::string text;
    };
    std::vector<Lock> locks = {{native_["oid"].as_int(), only_ + target_}};
    if (with_references) {
      for (const Json& constraint : native_["constraints"].as_array()) {
        if (constraint["type"].as_string() != "f") continue;
        const std::int64_t oid = constraint["references_oid"].as_int();
        const bool known = std::any_of(locks.begin(), locks.end(), [&](const Lock& lock) { return lock.oid == oid; });
        if (!known) locks.push_back({oid, constraint["references"].as_string()});
      }
    }
    std::sort(locks.begin(), locks.end(), [](const Lock& a, const Lock& b) { return a.oid < b.oid; });
    out.push_back("SET LOCAL lock_timeout = " + quote_literal(options_.lock_timeout));
    for (const Lock& lock : locks) out.push_back("LOCK TABLE " + lock.text + " IN " + std::string(mode) + " MODE");
    out.push_back(native_["fingerprint_guard"].as_string());
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
    append_locks(out_.publish, "ACCESS EXCLUSIVE", true);
    out_.publish.insert(out_.publish.end(), moves.begin(), moves.end());
    out_.publish.push_back("DROP TABLE " + target_);
    out_.publish.push_back("ALTER TABLE " + stage_ + " RENAME TO " + quote_name(table_));
    out_.publish.insert(out_.publish.end(), renames_.begin(), renames_.end());
    const Json& comment = native_["comment"];
    out_.publish.push_back("COMMENT ON TABLE " + target_ + " IS " +
                           (comment.is_string() ? quote_literal(comment.as_string()) : "NULL"));
  }

  void render_rewrite() {
    const bool is_truncate = task_.method == PublishMethod::kTruncateInsert;
    append_locks(out_.publish, is_truncate ? "ACCESS EXCLUSIVE" : "SHARE ROW EXCLUSIVE", false);
    if (!is_truncate) {
      for (const Json& key : native_["incoming_foreign_keys"].as_array()) {
        if (key["is_own"].as_bool()) continue;
        std::string condition;
        for (const Json& column : key["columns"].as_array()) {
          condition += (condition.empty() ? "" : " AND ") + quote_name(column.as_string()) + " IS NOT NULL";
        }
        out_.publish.push_back(
            render_guard("NOT EXISTS (SELECT FROM " + key["table"].as_string() + " WHERE " + condition + ")",
                         "publish.referenced", quote_literal(key["table"].as_string())));
      }
    }
    for (const ColumnPolicy& column : task_.columns) {
      if (is_new_column(task_, column.sink_name)) {
        out_.publish.push_back("ALTER TABLE " + target_ + " ADD COLUMN " + column_definition(column));
      }
    }
    out_.publish.emplace_back(kPlainSearchPath);
    out_.publish.push_back((is_truncate ? "TRUNCATE " : "DELETE FROM ") + only_ + target_);
    append_insert();
    out_.publish.push_back("DROP TABLE " + stage_);
  }

  // Rows are added, or changed where they differ; what the target has besides stays.
  void render_add() {
    append_analyze();
    // Whoever else writes waits, so that what is found missing is missing still; readers do not.
    const bool looks_first = task_.method == PublishMethod::kMerge || task_.only_new_rows;
    append_locks(out_.publish, looks_first ? "SHARE ROW EXCLUSIVE" : "ROW EXCLUSIVE", false);
    out_.publish.emplace_back(kPlainSearchPath);
    out_.counts_rows = !native_["triggers"].as_array().empty() || native_["has_triggers_below"].as_bool();
    if (task_.method == PublishMethod::kMerge) append_update();
    const std::string names = quote_names(sink_names(task_));
    std::string rows = " FROM " + stage_ + " AS s";
    if (looks_first) rows += " WHERE NOT EXISTS (SELECT FROM " + target_ + " AS t WHERE " + key_match(task_) + ")";
    append_change("added", "INSERT INTO " + target_ + " (" + names + ") OVERRIDING SYSTEM VALUE SELECT " + names + rows,
                  rows);
    out_.publish.emplace_back("SET CONSTRAINTS ALL IMMEDIATE");
    out_.publish.emplace_back(kFixedSearchPath);
    out_.publish.insert(out_.publish.end(), guards_.begin(), guards_.end());
    out_.publish.push_back("DROP TABLE " + stage_);
  }

  // A statement that adds or changes the rows that `rows` selects. A trigger may leave some out in silence: where there
  // is one, they are counted, and a guard compares.
  void append_change(const std::string& what, const std::string& sql, const std::string& rows) {
    if (!out_.counts_rows) {
      out_.publish.push_back(sql);
      return;
    }
    const auto keep_count = [](const std::string& setting) {
      return "SELECT pg_catalog.set_config('dpone.rows_" + setting + "', pg_catalog.count(*)::pg_catalog.text, false)";
    };
    out_.publish.push_back(keep_count("to_be_" + what) + rows);
    out_.publish.push_back("WITH " + what + " AS (" + sql + " RETURNING 1) " + keep_count(what) + " FROM " + what);
    const std::string done = "current_setting('dpone.rows_" + what + "')";
    const std::string wanted = "current_setting('dpone.rows_to_be_" + what + "')";
    guards_.push_back(render_guard(done + " = " + wanted, "gate.row_count",
                                   done + " || ' of ' || " + wanted + " || ' rows to be " + what + "'"));
  }

  void append_update() {
    std::string set;
    for (const ColumnPolicy& column : task_.columns) {
      if (is_key(task_, column.sink_name)) continue;
      const std::string name = quote_name(column.sink_name);
      set += (set.empty() ? "" : ", ") + name + " = s." + name;
    }
    if (set.empty()) return;
    const std::string condition = " WHERE " + key_match(task_) + " AND " + values_compare(task_, "*<>");
    append_change("changed", "UPDATE " + target_ + " AS t SET " + set + " FROM " + stage_ + " AS s" + condition,
                  " FROM " + target_ + " AS t, " + stage_ + " AS s" + condition);
  }

  // After kPlainSearchPath. Deferred triggers run at once, as long as that path lasts.
  void append_insert() {
    if (task_.columns.empty()) {
      out_.publish.push_back("INSERT INTO " + target_ + " SELECT FROM " + stage_);
    } else {
      const std::string names = quote_names(sink_names(task_));
      out_.publish.push_back("INSERT INTO " + target_ + " (" + names + ") OVERRIDING SYSTEM VALUE SELECT " + names +
                             " FROM " + stage_);
    }
    out_.publish.emplace_back("SET CONSTRAINTS ALL IMMEDIATE");
    out_.publish.emplace_back(kFixedSearchPath);
    const std::string count = "(SELECT count(*) FROM " + only_ + target_ + ")";
    const std::string staged = options_.staged_rows < 0 ? "{rows}" : std::to_string(options_.staged_rows);
    out_.publish.push_back(render_guard(count + " = " + staged, "gate.row_count", count + "::text"));
  }

  const LoadTask& task_;
  const Json& native_;
  const TemporaryNames& names_;
  const SinkRenderOptions& options_;
  const std::string schema_;
  const std::string table_;
  const std::string target_;
  const std::string stage_;
  const std::string owner_;
  const std::string role_;
  const bool is_partitioned_;
  // A publication would send the rows of a logged stage to its subscribers, under the stage's name.
  const bool is_stage_published_;
  const std::string only_;
  std::vector<std::string> renames_;
  std::vector<std::string> guards_;
  SinkStatements out_;
};

}  // namespace

SinkStatements render_sink(const LoadTask& task, const TemporaryNames& names, const SinkRenderOptions& options) {
  return SinkRenderer(task, names, options).render();
}

std::string render_changes(const LoadTask& task, const TemporaryNames& names) {
  const std::string& schema = task.target.native["schema"].as_string();
  const std::string target = quote_name(schema, task.target.native["name"].as_string());
  std::string known = "SELECT FROM " + target + " AS t WHERE " + key_match(task);
  const bool has_values = task.columns.size() > task.key.size();
  if (task.method == PublishMethod::kMerge && has_values) known += " AND " + values_compare(task, "*=");
  return "SELECT FROM " + quote_name(schema, names.stage()) + " AS s WHERE NOT EXISTS (" + known + ")";
}

namespace {

// What stands after FROM; a query has an alias in any case.
std::string relation_of(const Json& native, const std::string& alias = {}) {
  if (native["query"].is_string()) {
    return "(" + native["query"].as_string() + "\n) AS " + (alias.empty() ? "query" : alias);
  }
  const std::string table = quote_name(native["schema"].as_string(), native["name"].as_string());
  return alias.empty() ? table : table + " AS " + alias;
}

// Whether the source prints the values: COPY does it by itself in its text format.
bool is_printed(const ColumnPolicy& column, bool is_raw) { return column.travels_as_text && !is_raw; }

// format() makes '' of NULL. A row of NULLs is not NULL, though IS NULL says so.
std::string printed_or_null(const std::string& name) {
  return "CASE WHEN " + name + " IS DISTINCT FROM NULL THEN " + printed(name) + " END";
}

std::string literal_of(const std::string& value, const std::string& type) { return quote_literal(value) + "::" + type; }

// `"c"`, or `("c", "k")` with the position `bound` as `'1'::bigint` or `('1'::bigint, 'a'::text)`.
struct CursorTerms {
  std::string columns;
  std::string bound;
};

CursorTerms terms_of(const CursorRange& range, const CursorPosition& position) {
  CursorTerms terms{quote_name(range.column), literal_of(position.value, range.native_type)};
  if (range.key.empty()) return terms;
  for (std::size_t i = 0; i < range.key.size(); ++i) {
    terms.columns += ", " + quote_name(range.key[i]);
    terms.bound += ", " + literal_of(position.key[i], range.key_native_types[i]);
  }
  return {"(" + terms.columns + ")", "(" + terms.bound + ")"};
}

// Empty: from the beginning.
std::string beyond_lower(const CursorRange& range) {
  if (!range.lower) return {};
  const CursorTerms terms = terms_of(range, *range.lower);
  if (!range.is_inclusive) return terms.columns + " > " + terms.bound;
  std::string bound = literal_of(range.lower->value, range.native_type);
  if (range.overlap.number != 0) bound += " - " + std::to_string(range.overlap.number);
  if (range.overlap.duration.count() != 0) {
    bound += " - " + quote_literal(std::to_string(range.overlap.duration.count()) + " microseconds") + "::interval";
  }
  return quote_name(range.column) + " >= " + bound;
}

std::string up_to_upper(const CursorRange& range) {
  if (!range.is_bounded) {
    std::string columns = quote_name(range.column);
    for (const std::string& column : range.key) columns += ", " + quote_name(column);
    return (range.key.empty() ? columns : "(" + columns + ")") + " <= {upper}";
  }
  if (!range.upper) return "false";
  const CursorTerms terms = terms_of(range, *range.upper);
  return terms.columns + " <= " + terms.bound;
}

// WHERE, with the user's condition if there is one and ours.
std::string where_clause(const Json& native, const std::string& condition) {
  std::string where = native["where"].is_string() ? "(" + native["where"].as_string() + "\n)" : std::string();
  if (!condition.empty()) where += (where.empty() ? "" : " AND ") + condition;
  return where.empty() ? "" : " WHERE " + where;
}

std::string cursor_condition(const CursorRange& range) {
  std::string condition = beyond_lower(range);
  condition += (condition.empty() ? "" : " AND ") + up_to_upper(range);
  if (range.nulls != CursorNulls::kAlways) return condition;
  return "(" + condition + " OR " + quote_name(range.column) + " IS NULL)";
}

}  // namespace

std::string render_upper_bound(const LoadTask& task) {
  const CursorRange& range = *task.cursor;
  // By its relation, or ORDER BY would take a column for the text of that name.
  const auto qualified = [](const std::string& column) { return "rows_of." + quote_name(column); };
  std::string values = printed(qualified(range.column));
  std::string order = qualified(range.column) + " DESC";
  for (const std::string& column : range.key) {
    values += ", " + printed(qualified(column));
    order += ", " + qualified(column) + " DESC";
  }
  std::string is_beyond = "true";
  if (range.lower) {
    const CursorTerms terms = terms_of(range, *range.lower);
    is_beyond = terms.columns + " > " + terms.bound;
  }
  std::string condition = beyond_lower(range);
  condition += (condition.empty() ? "" : " AND ") + quote_name(range.column) + " IS NOT NULL";
  return "SELECT " + values + ", " + is_beyond + " FROM " + relation_of(task.source.native, "rows_of") +
         where_clause(task.source.native, condition) + " ORDER BY " + order + " LIMIT 1";
}

std::string render_find_null(const LoadTask& task, const std::string& column) {
  return "SELECT FROM " + relation_of(task.source.native) +
         where_clause(task.source.native, quote_name(column) + " IS NULL") + " LIMIT 1";
}

std::string render_select(const LoadTask& task, bool is_raw) {
  const Json& native = task.source.native;
  std::string columns;
  for (const ColumnPolicy& column : task.columns) {
    const std::string name = quote_name(column.name);
    columns += (columns.empty() ? "" : ", ") + (is_printed(column, is_raw) ? printed_or_null(name) : name);
  }
  std::string sql = "SELECT " + columns + " FROM " + relation_of(native) +
                    where_clause(native, task.cursor ? cursor_condition(*task.cursor) : std::string());
  if (native["limit"].is_int()) sql += " LIMIT " + std::to_string(native["limit"].as_int());
  return sql;
}

std::string render_copy_out(const LoadTask& task, std::string_view format, bool is_raw) {
  const Json& native = task.source.native;
  const bool is_plain = native["kind"].as_string() == "r" && !native["has_children"].as_bool() &&
                        native["where"].is_null() && native["limit"].is_null() && !task.columns.empty() && !task.cursor;
  const bool has_printed = std::any_of(task.columns.begin(), task.columns.end(),
                                       [&](const ColumnPolicy& column) { return is_printed(column, is_raw); });
  const bool has_generated = std::any_of(task.columns.begin(), task.columns.end(), [&](const ColumnPolicy& column) {
    const ColumnFacts* facts = task.source.find(column.name);
    return facts != nullptr && facts->is_generated;
  });
  std::string sql = "COPY ";
  if (is_plain && !has_printed && !has_generated) {
    std::vector<std::string> names;
    for (const ColumnPolicy& column : task.columns) names.push_back(column.name);
    sql += quote_name(native["schema"].as_string(), native["name"].as_string()) + " (" + quote_names(names) + ")";
  } else {
    sql += "(" + render_select(task, is_raw) + ")";
  }
  return sql + " TO STDOUT (FORMAT " + std::string(format) + ")";
}

std::string printed(const std::string& expression) { return "pg_catalog.format('%s', " + expression + ")"; }

std::string render_guard(const std::string& condition, std::string_view slug, const std::string& detail) {
  // The planner evaluates constants, failing casts included, whichever branch is taken: the text must not be one.
  return "SELECT CASE WHEN " + condition + " THEN 1 ELSE (" + quote_literal("dpone:" + std::string(slug) + ":") +
         " || left(pg_backend_pid()::text, 0) || (" + detail + "))::integer END";
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
