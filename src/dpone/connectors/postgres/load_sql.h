// Every statement that the PostgreSQL connector sends to load, rendered from a LoadTask alone: `dpone plan` prints what
// `dpone run` executes. Text only, no I/O; golden tests need no server. Semantics §2 says what an exchange carries.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dpone/ports/steps.h"
#include "dpone/sql/step_sql.h"
#include "dpone/sql/temporary_names.h"

namespace dpone::postgres {

// Our statements run with `search_path = pg_catalog`. If functions of the target's owner may run (triggers, CHECK
// constraints, defaults, indexes), the path is that of a plain session of the role, and statements sent under it
// contain only fully qualified tables and columns: they cannot be made to mean something else.
inline constexpr std::string_view kPlainSearchPath = "SET LOCAL search_path TO DEFAULT";
inline constexpr std::string_view kFixedSearchPath = "SET LOCAL search_path TO pg_catalog";
inline constexpr std::string_view kBegin = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

struct SinkStatements {
  std::vector<std::string> prepare;  // one transaction: schema and types
  // With one loader one transaction: these, COPY, the stage steps, the questions, and seal. With several loaders, one
  // transaction for these, one for each COPY, and one for the rest.
  std::vector<std::string> stage;
  std::vector<std::string> begin_copy;
  std::string copy;
  std::string end_copy;
  std::vector<std::string> stage_steps;  // one each of LoadTask::stage
  std::vector<std::string> questions;    // one each of LoadTask::questions
  std::vector<std::string> seal;
  std::vector<std::string> constrain;  // after that transaction, each as a separate message: foreign keys
  // In one message with the receipt and COMMIT; locks and guards come first.
  std::vector<sql::PublishStatement> publish;
  // Triggers may silently skip rows: the setting `dpone.rows_<step>`, not the command tag, has the number of rows that
  // each step changed.
  bool counts_rows = false;
};

struct SinkRenderOptions {
  std::string stage_comment;  // JSON that names process, run and target
  std::string lock_timeout = "1s";
  std::int64_t staged_rows = -1;  // for the count guard of a rewriting method; -1 in a plan
};

// REQUIRES: `task.target.native` as the sink's describe or propose made it.
SinkStatements render_sink(const LoadTask& task, const sql::TemporaryNames& names, const SinkRenderOptions& options);

// SinkRenderOptions::stage_comment: whose a stage is.
std::string stage_comment(const std::string& process, const std::string& run_id, const std::string& target);

// The target and its stage, quoted.
sql::LoadTables tables_of(const LoadTask& task, const sql::TemporaryNames& names);

// What follows the table's name in a definition that pg_get_indexdef printed: ` USING btree (id)`.
std::string index_definition_tail(std::string_view definition);

}  // namespace dpone::postgres
