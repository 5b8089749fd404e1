// Every statement that the SQLite connector sends to load, rendered from a LoadTask alone: `dpone plan` prints what
// `dpone run` executes. Text only, no I/O; golden tests need no database. ADR 0008 says what an exchange carries.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/connectors/sqlite/relation.h"
#include "dpone/ports/steps.h"
#include "dpone/sql/step_sql.h"
#include "dpone/sql/temporary_names.h"

namespace dpone::sqlite {

struct SinkRenderOptions {
  std::string run_id;  // empty in a plan
  std::string process;
};

// A step of LoadTask::stage.
struct StageStatement {
  std::string sql;    // empty: SQLite has no way to say it
  std::string check;  // finds a value that the stage keeps so that it does not sort where it belongs
};

struct PublishStatement : sql::PublishStatement {
  // How many rows it intends to change, queried right before it: a trigger may silently skip some. Empty if there is no
  // trigger.
  std::string wanted = {};
  std::string_view what = {};  // `added`, `changed`
};

struct SinkStatements {
  // One transaction: what an earlier attempt of the run left goes, then come the stage and whose it is.
  std::vector<std::string> stage;
  std::string insert;  // once a batch
  std::string count;   // the rows of the stage, once a writer
  std::vector<StageStatement> stage_steps;
  std::vector<std::string> questions;     // one each of LoadTask::questions; empty where the answer is known
  std::vector<std::string> seal;          // one transaction: indexes
  std::vector<PublishStatement> publish;  // with the receipt, in one transaction
  std::string find_orphans;               // afterwards: the rows whose foreign keys were not looked at; or empty
  std::string count_target;               // afterwards, if triggers may have changed the written rows; or empty
  // Indexes that are there under these names afterwards, once each.
  std::vector<std::string> index_names;
};

// REQUIRES: `task.target.native` as the sink's describe or propose made it.
SinkStatements render_sink(const LoadTask& task, const SinkRenderOptions& options);

// The target and its stage, quoted.
sql::LoadTables tables_of(const LoadTask& task, const std::string& run_id);
// Name of the stage, not quoted. `target` is the quoted relation.
std::string stage_name(const std::string& target, const std::string& run_id);
// What removes a stage of this name, not quoted.
std::vector<std::string> render_remove_stage(const std::string& name);
// The column of the stage that is its rowid, or empty.
std::string rowid_of(const LoadTask& task);

// What follows the table's name where dpone wrote it, without the primary key where there is no `rowid`; and whether it
// did.
std::string own_definition(const std::vector<Relation::Column>& columns, const std::optional<std::string>& rowid);
bool is_own_definition(const Relation& relation);

// What follows the table's name in `CREATE TABLE name (...) ...`, as sqlite_schema has it; and what follows ON and the
// table's name in `CREATE INDEX name ON table (...)`. Empty for anything else.
std::string table_definition_tail(std::string_view sql);
std::string index_definition_tail(std::string_view sql);

}  // namespace dpone::sqlite
