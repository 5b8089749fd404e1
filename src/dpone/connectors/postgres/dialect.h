// Every statement that the PostgreSQL connector sends to move data, rendered from a LoadTask alone: `dpone plan` prints
// what `dpone run` executes. Text only, no I/O; golden tests need no server. Semantics §2 says what an exchange
// carries.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dpone/connectors/postgres/temporary_names.h"
#include "dpone/ports/steps.h"

namespace dpone::postgres {

// Our statements run with `search_path = pg_catalog`. Where functions of the target's owner may run (triggers, CHECK
// constraints, defaults, indexes), the path is that of a plain session of the role, and what is sent under it names
// tables and columns only, all in full: nothing in it can be made to mean something else.
inline constexpr std::string_view kPlainSearchPath = "SET LOCAL search_path TO DEFAULT";
inline constexpr std::string_view kFixedSearchPath = "SET LOCAL search_path TO pg_catalog";

struct SinkStatements {
  std::vector<std::string> prepare;  // one transaction: schema and types
  // With one loader one transaction: these, COPY, and seal. With several a transaction of their own, one for each COPY,
  // and one for seal.
  std::vector<std::string> stage;
  std::vector<std::string> begin_copy;
  std::string copy;
  std::string end_copy;
  std::vector<std::string> seal;
  std::vector<std::string> constrain;  // after that transaction, each a message by itself: foreign keys
  std::vector<std::string> publish;    // in one message with the receipt and COMMIT; locks and guards come first
  // What is added and changed stands in the settings dpone.rows_added and dpone.rows_changed, and in no command tag.
  bool counts_rows = false;
};

struct SinkRenderOptions {
  std::string stage_comment;  // JSON that names process, run and target
  std::string lock_timeout = "1s";
  std::int64_t staged_rows = -1;  // for the count guard of a rewriting method; -1 in a plan
};

// REQUIRES: `task.target.native` as the sink's describe or propose made it.
SinkStatements render_sink(const LoadTask& task, const TemporaryNames& names, const SinkRenderOptions& options);

// Columns of `task` (source names) as a COPY TO statement; `format` is `binary` or `text`. Columns that travel as text
// are printed by their type's output function, unless the bytes are passed through.
std::string render_copy_out(const LoadTask& task, std::string_view format, bool is_raw);
// The SELECT behind it, for the describe that checks it.
std::string render_select(const LoadTask& task, bool is_raw);

// The text of `expression`, by its type's output function: a cast to text may be a user's own function.
std::string printed(const std::string& expression);

// A guard that ends the transaction with SQLSTATE 22P02 and a message `dpone:<slug>:<detail>` unless `condition` holds.
// It needs no procedural language. `detail` is an SQL expression of type text.
std::string render_guard(const std::string& condition, std::string_view slug, const std::string& detail);

// The rows of the stage that an append or merge would add or change, as a SELECT. REQUIRES: kMerge or kAppend.
std::string render_changes(const LoadTask& task, const TemporaryNames& names);

// What find_bound asks: the greatest (cursor, key) beyond the lower bound as text, then whether that lies behind the
// lower bound itself; no row if there is none.
std::string render_upper_bound(const LoadTask& task);
// One row if a row of the selection has no value in `column`.
std::string render_find_null(const LoadTask& task, const std::string& column);

// What follows the table's name in a definition that pg_get_indexdef printed: ` USING btree (id)`.
std::string index_definition_tail(std::string_view definition);

}  // namespace dpone::postgres
