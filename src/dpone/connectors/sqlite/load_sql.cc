#include "dpone/connectors/sqlite/load_sql.h"

#include <algorithm>

#include "dpone/base/contains.h"
#include "dpone/connectors/sqlite/batch_table.h"
#include "dpone/connectors/sqlite/catalog.h"
#include "dpone/connectors/sqlite/database.h"
#include "dpone/connectors/sqlite/dialect.h"
#include "dpone/connectors/sqlite/native_facts.h"
#include "dpone/connectors/sqlite/set_aside.h"
#include "dpone/connectors/sqlite/types.h"

namespace dpone::sqlite {
namespace {

// Blanks and comments in front.
std::string_view after_blanks(std::string_view text) {
  while (true) {
    const std::size_t at = text.find_first_not_of(" \t\n\r\f");
    text.remove_prefix(std::min(at, text.size()));
    std::size_t end = std::string_view::npos;
    if (text.starts_with("--")) {
      end = text.find('\n');
    } else if (text.starts_with("/*")) {
      end = text.find("*/", 2);
      if (end != std::string_view::npos) ++end;
    } else {
      return text;
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

// Skips one identifier: bare, or in any of SQLite's four quotes.
std::string_view after_identifier(std::string_view text) {
  text = after_blanks(text);
  if (text.empty()) return text;
  const char quote = text.front() == '[' ? ']' : text.front();
  if (quote == '"' || quote == '`' || quote == '\'' || quote == ']') {
    for (std::size_t i = 1; i < text.size(); ++i) {
      if (text[i] != quote) continue;
      if (quote == ']' || i + 1 == text.size() || text[i + 1] != quote) return text.substr(i + 1);
      ++i;
    }
    return {};
  }
  const std::size_t end = text.find_first_of(" \t\n\r\f(/-");
  return end == std::string_view::npos ? std::string_view() : text.substr(end);
}

// Skips `word`, in any case; empty when it is not there.
std::string_view after_word(std::string_view text, std::string_view word) {
  text = after_blanks(text);
  return equal_names(text.substr(0, word.size()), word) ? text.substr(word.size()) : std::string_view();
}

std::string render_forget_stage(const std::string& name) {
  return std::string("DELETE FROM ") + kStagesTable + " WHERE name = " + quote_literal(name);
}

class SinkRenderer {
 public:
  SinkRenderer(const LoadTask& task, const SinkRenderOptions& options)
      : task_(task),
        options_(options),
        native_(native_of(task.target)),
        relation_(native_.relation),
        table_(relation_.name),
        target_(quote_name(table_)),
        temporary_(target_, options.run_id),
        stage_name_(temporary_.stage()),
        stage_(quote_name(stage_name_)),
        becomes_target_(takes_place(task)),
        is_exchange_(becomes_target_ && task.target.exists),
        new_columns_(added_columns(task)),
        has_triggers_(!relation_.triggers.empty()) {
    for (const ColumnPolicy& column : task.columns) names_.push_back(column.sink_name);
  }

  SinkStatements render() {
    render_stage();
    render_stage_steps();
    if (is_exchange_) {
      render_exchange();
    } else if (becomes_target_) {
      render_create();
    } else {
      render_steps();
    }
    publish(render_forget_stage(stage_name_));
    return std::move(out_);
  }

 private:
  static std::string column_definition(const ColumnPolicy& column) {
    return quote_name(column.sink_name) + " " + std::string(to_string(storage_of(column.sink_type))) +
           (column.is_nullable_in_stage() ? "" : " NOT NULL");
  }

  const std::vector<KeyFacts>& left_out() const { return find_step<TakePlace>(task_.publish)->without; }

  bool is_left_out(const std::string& key) const {
    return std::any_of(left_out().begin(), left_out().end(), [&](const KeyFacts& other) { return other.name == key; });
  }

  // As dpone wrote it, without what the source no longer has.
  std::string loosened_definition() const {
    std::vector<Relation::Column> columns = relation_.columns;
    for (Relation::Column& column : columns) {
      for (const ColumnPolicy& policy : task_.columns) {
        if (policy.is_nullable && equal_names(policy.sink_name, column.name)) column.is_not_null = false;
      }
    }
    return own_definition(columns, is_left_out("") ? std::nullopt : relation_.rowid_column);
  }

  // Keys of the stage are equal where those of the target are: 'a' and 'A' are one row of a NOCASE key.
  std::string key_collation(const ColumnPolicy& column) const {
    if (!contains(task_.key, column.sink_name)) return {};
    for (const Relation::Column& known : relation_.columns) {
      const std::string collation = known.collation.value_or("");
      if (!equal_names(known.name, column.sink_name) || collation.empty() || collation == "BINARY") continue;
      return " COLLATE " + quote_name(collation);
    }
    return {};
  }

  void render_stage() {
    out_.stage = render_remove_stage(stage_name_);
    if (is_exchange_) {
      out_.stage.push_back(
          "CREATE TABLE " + stage_ +
          (is_own_definition(relation_) ? loosened_definition() : table_definition_tail(relation_.sql)));
      for (const ColumnPolicy& column : task_.columns) {
        if (contains(new_columns_, column.sink_name)) {
          out_.stage.push_back("ALTER TABLE " + stage_ + " ADD COLUMN " + column_definition(column));
        }
      }
    } else {
      const std::string rowid = becomes_target_ ? relation_.rowid_column.value_or("") : "";
      std::string columns;
      for (const ColumnPolicy& column : task_.columns) {
        columns += (columns.empty() ? "" : ", ") + column_definition(column) + key_collation(column);
        if (!rowid.empty() && column.sink_name == rowid) columns += " PRIMARY KEY";
      }
      out_.stage.push_back("CREATE TABLE " + stage_ + " (" + columns + ") STRICT");
    }
    const std::string run = options_.run_id.empty() ? "{run_id}" : options_.run_id;
    const std::string process = options_.run_id.empty() ? "{process}" : options_.process;
    out_.stage.push_back(std::string("INSERT INTO ") + kStagesTable + " (name, process, run_id, target) VALUES (" +
                         quote_literal(stage_name_) + ", " + quote_literal(process) + ", " + quote_literal(run) + ", " +
                         quote_literal(target_) + ")");
    std::string values;
    for (std::size_t i = 0; i < names_.size(); ++i) values += (i == 0 ? "c" : ", c") + std::to_string(i);
    out_.insert = "INSERT OR ABORT INTO " + stage_ + " (" + sql::quote_names(dialect(), names_) + ") SELECT " + values +
                  " FROM " + std::string(kBatchTable);
  }

  // The final name of an index is known, but taken until the old table is dropped. SQLite cannot rename an index by a
  // statement; its own ALTER TABLE does the same as this code.
  void render_index(const std::string& name, const std::string& unique, const std::string& tail,
                    const std::string& final_sql) {
    const std::string temporary = temporary_.index(name);
    out_.seal.push_back("CREATE " + unique + "INDEX " + quote_name(temporary) + " ON " + stage_ + tail);
    out_.index_names.push_back(name);
    renames_.push_back("UPDATE sqlite_schema SET name = " + quote_literal(name) + ", sql = " +
                       quote_literal(final_sql) + " WHERE type = 'index' AND name = " + quote_literal(temporary));
  }

  void append_renames() {
    if (renames_.empty()) return;
    publish("PRAGMA writable_schema = ON");
    for (const std::string& sql : renames_) publish(sql);
    publish("PRAGMA writable_schema = OFF");
  }

  void render_create() {
    for (const NativeTarget::NewKey& key : native_.new_keys) {
      const std::string tail = " (" + sql::quote_names(dialect(), key.columns) + ")";
      render_index(key.name, "UNIQUE ", tail, "CREATE UNIQUE INDEX " + quote_name(key.name) + " ON " + target_ + tail);
    }
    publish("ALTER TABLE " + stage_ + " RENAME TO " + target_);
    publish(std::string("DELETE FROM ") + kColumnsTable + " WHERE table_name = " + quote_literal(table_) +
            " COLLATE NOCASE");
    for (const ColumnPolicy& column : task_.columns) append_entry(column);
    append_renames();
  }

  void append_entry(const ColumnPolicy& column) {
    const ColumnEntry& entry = entry_of(native_.new_entries, column.sink_name);
    publish(std::string("INSERT OR REPLACE INTO ") + kColumnsTable +
            " (table_name, column_name, declared, type, native_type, meaning, travels_as_text, key_position) VALUES (" +
            quote_literal(table_) + ", " + quote_literal(column.sink_name) + ", " +
            quote_literal(to_string(storage_of(column.sink_type))) + ", " +
            quote_literal(type_to_json(column.sink_type).canonical()) + ", " + quote_literal(entry.native_type) + ", " +
            quote_literal(entry.meaning) + ", " + (entry.travels_as_text ? "1" : "0") + ", " +
            std::to_string(entry.key_position) + ")");
  }

  void render_exchange() {
    for (const Relation::Index& index : relation_.indexes) {
      if (!index.sql || is_left_out(index.name)) continue;  // one of a constraint came with the table
      render_index(index.name, index.is_unique ? "UNIQUE " : "", index_definition_tail(*index.sql), *index.sql);
    }
    if (relation_.is_autoincrement) {
      // Numbers that were given once are not given again.
      publish("INSERT INTO sqlite_sequence (name, seq) SELECT " + quote_literal(stage_name_) +
              ", 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = " + quote_literal(stage_name_) + ")");
      publish(
          "UPDATE sqlite_sequence SET seq = max(seq, coalesce((SELECT max(seq) FROM sqlite_sequence "
          "WHERE name = " +
          quote_literal(table_) + "), 0)) WHERE name = " + quote_literal(stage_name_));
    }
    publish("DROP TABLE " + target_);
    publish("ALTER TABLE " + stage_ + " RENAME TO " + target_);
    append_new_entries();
    for (const KeyFacts& key : left_out()) {
      if (!key.is_primary) continue;
      publish(std::string("UPDATE ") + kColumnsTable +
              " SET key_position = 0 WHERE table_name = " + quote_literal(table_) + " COLLATE NOCASE");
    }
    append_renames();
    if (relation_.foreign_keys != 0) {
      out_.find_orphans =
          "SELECT \"parent\", count(*) FROM pragma_foreign_key_check(" + quote_literal(table_) + ") GROUP BY 1";
    }
  }

  void append_new_entries() {
    for (const ColumnPolicy& column : task_.columns) {
      const TargetColumn* const known = task_.target.find(column.sink_name);
      if (contains(new_columns_, column.sink_name)) {
        append_entry(column);
      } else if (becomes_target_ && known != nullptr && known->type != column.sink_type) {
        append_new_type(column);
      }
    }
  }

  // The column is stored as before, and accepts more values.
  void append_new_type(const ColumnPolicy& column) {
    publish(std::string("UPDATE ") + kColumnsTable +
            " SET type = " + quote_literal(type_to_json(column.sink_type).canonical()) +
            ", native_type = " + quote_literal(entry_of(native_.new_entries, column.sink_name).native_type) +
            " WHERE table_name = " + quote_literal(table_) +
            " COLLATE NOCASE AND column_name = " + quote_literal(column.sink_name) + " COLLATE NOCASE");
  }

  // Step by step, in the order of the list: what the target has besides stays.
  void render_steps() {
    for (std::size_t i = 0; i < task_.publish.size(); ++i) {
      if (const auto* added = std::get_if<AddColumns>(&task_.publish[i])) append_columns(*added);
      if (const auto* removal = std::get_if<DeleteRows>(&task_.publish[i])) {
        const std::string condition = sql::scope_condition(dialect(), task_, removal->scope);
        const std::string rows = " FROM " + target_ + (condition.empty() ? "" : " WHERE " + condition);
        append_change({"DELETE" + rows, rows}, i, "removed");
      }
      if (const auto* update = std::get_if<UpdateRows>(&task_.publish[i])) {
        for (const sql::SetAside& aside : find_set_asides(task_.target, update->key, names_, stage_).ways) {
          publish(sql::render_set_aside(dialect(), task_, tables(), *update, aside));
        }
        if (const auto change = sql::render_update(dialect(), task_, tables(), *update))
          append_change(*change, i, "changed");
      }
      if (const auto* insert = std::get_if<InsertRows>(&task_.publish[i])) {
        append_change(sql::render_insert(dialect(), task_, tables(), *insert), i, "added");
      }
    }
    if (replaces_all(task_) && has_triggers_) out_.count_target = "SELECT count(*) FROM " + target_;
    publish("DROP TABLE " + stage_);
  }

  void append_columns(const AddColumns& added) {
    for (const ColumnPolicy& column : task_.columns) {
      if (!contains(added.columns, column.sink_name)) continue;
      publish("ALTER TABLE " + target_ + " ADD COLUMN " + column_definition(column));
    }
    append_new_entries();
  }

  void append_change(const sql::RowChange& change, std::size_t step, std::string_view what) {
    const bool counts = has_triggers_ && !replaces_all(task_);
    out_.publish.push_back({{change.statement, step}, counts ? "SELECT count(*)" + change.rows : "", what});
  }

  void render_stage_steps() {
    for (const Step& step : task_.stage) {
      if (const auto* latest = std::get_if<KeepLatest>(&step)) out_.stage_steps.push_back(keep_latest(*latest));
    }
    const std::string rowid = rowid_of(task_);
    for (const Question& question : task_.questions) {
      // No NULL is let into a rowid, and no two rows have one.
      const bool is_known = question.kind == Question::Kind::kKeyFaults && question.columns.size() == 1 &&
                            equal_names(question.columns.front(), rowid);
      out_.questions.push_back(is_known ? "" : sql::render_question(dialect(), task_, tables(), question));
    }
    out_.count = "SELECT count(*) FROM " + stage_;
  }

  // Rows of equal rank stay, and fail the key gate.
  StageStatement keep_latest(const KeepLatest& step) const {
    StageStatement out;
    const std::string by = quote_name(step.by);
    std::string is_wrong = "false";
    for (const ColumnPolicy& column : task_.columns) {
      if (column.sink_name != step.by) continue;
      const std::string is_canonical = canonical_time_condition(column.sink_type, by);
      if (!has_stored_order(column.sink_type)) {
        is_wrong = by + " IS NOT NULL";
      } else if (!is_canonical.empty()) {
        is_wrong = "NOT (" + is_canonical + ")";
      }
    }
    out.check = "SELECT " + by + " FROM " + stage_ + " WHERE " + is_wrong + " LIMIT 1";
    // Columns may have taken the three names of the rowid.
    std::string rowid;
    for (const char* name : {"_rowid_", "rowid", "oid"}) {
      const bool is_taken = std::any_of(names_.begin(), names_.end(),
                                        [&](const std::string& column) { return equal_names(column, name); });
      if (!is_taken) rowid = name;
    }
    if (rowid.empty()) return out;
    out.sql = "DELETE FROM " + stage_ + " WHERE " + rowid + " IN (SELECT place FROM (SELECT " + rowid +
              " AS place, rank() OVER (PARTITION BY " + sql::quote_names(dialect(), step.key) + " ORDER BY " + by +
              " COLLATE BINARY DESC NULLS LAST) AS number FROM " + stage_ + " WHERE NOT (" +
              sql::any_null(dialect(), step.key) + ")) WHERE number > 1)";
    return out;
  }

  sql::LoadTables tables() const { return {target_, stage_}; }

  void publish(std::string sql, std::optional<std::size_t> step = {}) {
    out_.publish.push_back({{std::move(sql), step}, {}, {}});
  }

  const LoadTask& task_;
  const SinkRenderOptions& options_;
  const NativeTarget& native_;
  const Relation& relation_;
  const std::string table_;
  const std::string target_;
  const sql::TemporaryNames temporary_;
  const std::string stage_name_;
  const std::string stage_;
  const bool becomes_target_;
  const bool is_exchange_;
  const std::vector<std::string> new_columns_;
  const bool has_triggers_;
  std::vector<std::string> names_;
  std::vector<std::string> renames_;
  SinkStatements out_;
};

}  // namespace

std::string stage_name(const std::string& target, const std::string& run_id) {
  return sql::TemporaryNames(target, run_id).stage();
}

std::vector<std::string> render_remove_stage(const std::string& name) {
  return {"DROP TABLE IF EXISTS " + quote_name(name), render_forget_stage(name)};
}

std::string rowid_of(const LoadTask& task) {
  return takes_place(task) ? native_of(task.target).relation.rowid_column.value_or("") : std::string();
}

sql::LoadTables tables_of(const LoadTask& task, const std::string& run_id) {
  const std::string target = quote_name(native_of(task.target).relation.name);
  return {target, quote_name(stage_name(target, run_id))};
}

SinkStatements render_sink(const LoadTask& task, const SinkRenderOptions& options) {
  return SinkRenderer(task, options).render();
}

std::string own_definition(const std::vector<Relation::Column>& columns, const std::optional<std::string>& rowid) {
  std::string list;
  for (const Relation::Column& column : columns) {
    list += (list.empty() ? "" : ", ") + quote_name(column.name) + " " + column.type;
    if (column.is_not_null) list += " NOT NULL";
    if (column.name == rowid) list += " PRIMARY KEY";
  }
  return " (" + list + ") STRICT";
}

bool is_own_definition(const Relation& relation) {
  return table_definition_tail(relation.sql) == own_definition(relation.columns, relation.rowid_column);
}

std::string table_definition_tail(std::string_view sql) {
  constexpr std::string_view kWords = "CREATE TABLE ";
  if (!sql.starts_with(kWords)) return {};
  const std::string_view rest = after_identifier(sql.substr(kWords.size()));
  return rest.empty() ? std::string() : " " + std::string(after_blanks(rest));
}

std::string index_definition_tail(std::string_view sql) {
  std::string_view rest = after_word(sql, "CREATE");
  if (const std::string_view unique = after_word(rest, "UNIQUE"); !unique.empty()) rest = unique;
  rest = after_word(rest, "INDEX");
  rest = after_word(after_identifier(rest), "ON");
  rest = after_blanks(after_identifier(rest));
  return rest.empty() ? std::string() : " " + std::string(rest);
}

}  // namespace dpone::sqlite
