// ColumnPolicy: how one column travels from source to sink, decided in plan/type_map and enforced by the codecs.
#pragma once

#include <string>
#include <vector>

#include "dpone/base/contains.h"
#include "dpone/data/type.h"

namespace dpone {

enum class Fidelity {
  kIdentical,   // same type on both sides
  kReversible,  // another type that holds every value of the source and restores it
  kChecked,     // a narrower type: every value is checked before it is sent; the first that does not fit ends the run
};

struct ColumnPolicy {
  std::string name;       // in the source
  std::string sink_name;  // in the target
  DataType type;          // in batches
  std::string source_native;
  std::string sink_native;
  DataType sink_type;  // what the sink's type is in batches; differs from `type` unless kIdentical
  Fidelity fidelity = Fidelity::kIdentical;
  bool travels_as_text = false;
  bool is_nullable = true;          // in the target
  bool is_guessed = false;          // the type is inferred, see Field
  std::vector<std::string> labels;  // the only texts that the target takes; any if empty
  bool may_be_absent = false;       // see Field; such a column is nullable in the stage
  bool is_absence = false;          // of the stage alone

  bool is_nullable_in_stage() const { return is_nullable || may_be_absent; }
  // Whether the column may travel in its text form though it has a typed one: no value is checked on the way, and the
  // text form is the same at both ends. That of "char" is not, see char_form() of PostgreSQL.
  bool may_be_printed() const {
    const DataType& scalar = type.element ? *type.element : type;
    return fidelity == Fidelity::kIdentical && !travels_as_text && scalar.kind != TypeKind::kChar1;
  }
};

inline constexpr const char* kAbsenceColumn = "__dpone_absent";

inline std::string_view to_string(Fidelity value) {
  switch (value) {
    case Fidelity::kIdentical:
      return "identical";
    case Fidelity::kReversible:
      return "reversible";
    case Fidelity::kChecked:
      return "checked";
  }
  return "identical";
}

inline Schema batch_schema(const std::vector<ColumnPolicy>& columns) {
  Schema schema;
  for (const ColumnPolicy& column : columns) schema.push_back({column.name, column.type, true, column.is_guessed});
  return schema;
}

// The same with the values that the target excludes, and with NOT NULL in each key column, for a source whose rows are
// not checked elsewhere.
inline Schema strict_schema(const std::vector<ColumnPolicy>& columns, const std::vector<std::string>& key) {
  Schema schema = batch_schema(columns);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    schema[i].is_nullable = columns[i].is_nullable && !contains(key, columns[i].sink_name);
    schema[i].labels = columns[i].labels;
    schema[i].may_be_absent = columns[i].may_be_absent;
    schema[i].is_absence = columns[i].is_absence;
  }
  return schema;
}

}  // namespace dpone
