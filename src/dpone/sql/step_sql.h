// Publish steps and questions of a load in the SQL that all systems share: the stage is `s`, the target is `t`. Text
// only, pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dpone/sql/dialect.h"

namespace dpone::sql {

// Quoted, as statements name them.
struct LoadTables {
  std::string target;
  std::string stage;
};

// A statement of a publication. `step`: the index in LoadTask::publish of the step whose rows its count tells; absent
// for those that change no rows of the target.
struct PublishStatement {
  std::string sql;
  std::optional<std::size_t> step = {};
  std::string summary = {};  // as in Statement
};

// What a step changes: the statement, and the rows that it means to change, as FROM and WHERE of a SELECT.
struct RowChange {
  std::string statement;
  std::string rows;
};

// A part of a unique index: a loaded column, how two of its values conflict (empty: as keys do), and the function of it
// that is indexed (empty: the column itself).
struct IndexPart {
  std::string column;
  std::string conflict = {};
  std::string function = {};
};

// A unique index beside the key, and what keeps its rows apart while their values change places.
struct SetAside {
  std::vector<IndexPart> parts;
  std::vector<std::string> predicate;  // loaded columns of its WHERE: a row may come under it without a new value
  std::string column;                  // the one of the parts that gets `value` meanwhile; empty: no way is known
  std::string value;                   // of a row `t`: no other row has or gets it
  bool has_equal_nulls = false;        // NULLS NOT DISTINCT

  // Offers a column and its value (empty: none). NULL is better than any other, then the first is taken.
  void offer(const std::string& name, std::string other_value);
};

// What must be unique at a target beside the key of a merge.
struct SetAsides {
  std::vector<SetAside> ways;
  std::vector<std::string> without;  // the indexes without a way, by their names for a user

  // `is_understood`: the parts are all that the index is of.
  void add(SetAside aside, bool is_understood, const std::string& index);
};

// Comes before render_update(): rows whose value of a unique index another staged row gets make room first, since the
// index is looked at row by row. The columns are all written again by the update.
std::string render_set_aside(const Dialect& dialect, const LoadTask& task, const LoadTables& tables,
                             const UpdateRows& step, const SetAside& aside);

// Absent where every column is a key of one spelling, so that nothing can differ.
std::optional<RowChange> render_update(const Dialect& dialect, const LoadTask& task, const LoadTables& tables,
                                       const UpdateRows& step);
RowChange render_insert(const Dialect& dialect, const LoadTask& task, const LoadTables& tables, const InsertRows& step);

// Rows for which the scope is true, as a condition; empty for the whole of the target.
std::string scope_condition(const Dialect& dialect, const LoadTask& task, const Scope& scope);
// A SELECT that a system can look at to find out whether the scope means anything for `target`; reads no rows.
std::string scope_probe(const Dialect& dialect, const TargetFacts& target, const Scope& scope);
// What is wrong with a scope, of the error that its probe met.
Error scope_error(Error error, const Scope& scope);
// Its terms with one value each, to find the one that a system refuses.
std::vector<ScopeTerm> single_values(const Scope& scope);
// `term` has a value that is not of the type of its column; `reason` is what the system says, or empty. Slug:
// strategy.scope_value.
Error scope_value_error(const TargetFacts& target, const ScopeTerm& term, const std::string& reason);

// One row; kKeyFaults has two numbers, the others one.
std::string render_question(const Dialect& dialect, const LoadTask& task, const LoadTables& tables,
                            const Question& question);

// `"a" IS NULL OR "b" IS NULL`
std::string any_null(const Dialect& dialect, const std::vector<std::string>& columns);

}  // namespace dpone::sql
