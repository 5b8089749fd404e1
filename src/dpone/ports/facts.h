// Facts: what a system says of a relation before anything is read or written. What the planner reads, of either end and
// of one alone, and what only the same connector reads. Values; no secrets, no row data.
#pragma once

#include <any>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dpone/base/error.h"
#include "dpone/data/type.h"
#include "dpone/ports/statement.h"

namespace dpone {

// A column, as either end has it.
struct ColumnFacts {
  std::string name;
  std::string native_type;  // `numeric(12,2)`, as the system prints it
  DataType type;            // how the column travels in batches
  bool is_nullable = true;
  bool is_generated = false;     // computed by the system: never loaded
  bool has_default = false;      // default or identity: may be left out of a load
  bool travels_as_text = false;  // no typed form here: read and written in its text form
  // What gives the values their meaning beside their type (PostgreSQL's lc_monetary for money, the server's age for a
  // text); empty for most types. Values only go where it is the same.
  std::string meaning;
};

struct SourceColumn : ColumnFacts {
  SourceColumn() = default;
  explicit SourceColumn(const ColumnFacts& other) : ColumnFacts(other) {}

  bool is_textual = false;  // values are texts: the type says how to read them
  // The type is not declared: every value is a text that can be read as any type. `guess` is the reason for the
  // inferred type, a sentence, and empty without a sample.
  bool is_inferred = false;
  std::string guess;
  // The type of the values in the system that they originally came from, in that system's spelling. Empty if unknown.
  std::string origin_type;
};

struct TargetColumn : ColumnFacts {
  TargetColumn() = default;
  explicit TargetColumn(const ColumnFacts& other) : ColumnFacts(other) {}

  std::vector<std::string> labels;  // the only texts that it takes; any if empty
  // What numbers the rows that bring no value, as SQL names it, and why it cannot be moved on.
  std::string sequence;
  std::string sequence_obstacle;
  std::string refusal;  // why it takes no value of the source's type; empty if it does
};

struct KeyFacts {
  std::string name;
  std::vector<std::string> columns;
  bool is_primary = false;
  bool is_constraint = true;  // false: an index that is unique, and that a new table does not get
};

// Whether one of `keys` has exactly these columns, in any order.
bool has_key_of(const std::vector<KeyFacts>& keys, const std::vector<std::string>& columns);
// The constraints of `keys` and, unless it is among them, the declared key: the primary one if the table lacks one.
// `declared` may be empty. With `is_alone` no other key stays, and without a declared one the primary one.
std::vector<KeyFacts> with_declared_key(std::vector<KeyFacts> keys, const std::vector<std::string>& declared,
                                        bool is_alone = false);

// Why a way to publish cannot be taken.
struct Blocker {
  std::string what;
  bool is_reference = false;  // rows of another table refer to rows that it would remove
};

// One way to replace a table's content here, and why it cannot be used (no blockers: it can).
struct PublishOption {
  std::string method;  // as in sink.options.overwrite_type
  std::vector<Blocker> blockers;
  std::vector<std::string> notes;  // what a user should know when it is used: triggers that fire, and the like
};

// A relation, as either end has it.
template <class Column>
struct RelationFacts {
  std::string system;
  std::string relation;  // quoted as in SQL, for messages and plans
  std::string kind;      // table, partitioned_table, view, query, ...
  std::vector<Column> columns;
  std::vector<KeyFacts> keys;
  std::vector<std::string> notes;  // what a user should know of it, a sentence each; they go into the plan
  // What was asked of rows and of dpone's own tables to find all this out: the plan shows it.
  std::vector<Statement> asked;
  std::any native;          // a value that only the connector knows that made it
  std::string identity;     // what a replacement of the table changes (PostgreSQL: its OID); empty if absent
  std::string fingerprint;  // sha256 over all that matters for the plan; differs when a plan made from it is stale

  const Column* find(std::string_view name) const {
    for (const Column& column : columns) {
      if (column.name == name) return &column;
    }
    return nullptr;
  }
};

struct SourceFacts : RelationFacts<SourceColumn> {
  // Each row names its own columns, so that one which no row has now is absent, not gone.
  bool has_optional_columns = false;
  bool keeps_absent = false;      // a column that a row does not name keeps its value in a merge
  bool takes_query = true;        // a query can rename and convert columns
  bool leaves_wrong_out = false;  // rows that are wrong are left out, and end no run
  std::string guess_basis;        // where inferred types come from; a note if one of them is used
  // Estimates; never part of the fingerprint or the plan's hash.
  std::optional<std::int64_t> estimated_rows;
  std::optional<std::int64_t> estimated_bytes;
};

struct TargetFacts : RelationFacts<TargetColumn> {
  bool exists = false;
  bool is_empty = true;
  std::vector<PublishOption> publish;
  // Whether a load must fit the existing columns. A file gets the columns of each load, and lists none.
  bool has_fixed_columns = true;
  // An exchange can give a column another type, and not only keep another one of its values.
  bool can_retype = false;
  bool can_loosen = false;       // an exchange can leave out NOT NULL and keys that dpone made
  bool can_recount = true;       // staged rows lie where they can be counted again
  bool checks_json = false;      // the system refuses an invalid json value
  std::vector<Error> obstacles;  // problems that prevent any load: a missing extension, a type that differs
};

}  // namespace dpone
