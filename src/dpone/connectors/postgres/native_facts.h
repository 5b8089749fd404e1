// What PostgreSQL's facts have beside those of the ports. Values.
#pragma once

#include <any>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dpone/base/json.h"
#include "dpone/connectors/postgres/target_relation.h"
#include "dpone/connectors/postgres/target_rights.h"
#include "dpone/ports/facts.h"

namespace dpone::postgres {

template <class Value>
using ByColumn = std::map<std::string, Value, std::less<>>;

struct NativeSource {
  struct Column : CatalogColumn {
    bool is_default_portable = false;  // it names nothing that only this database has
  };
  struct Key {
    std::string name;
    bool is_primary = false;
    std::string definition;
    std::vector<std::string> columns;
    std::vector<std::string> included;
  };
  struct UniqueIndex {
    std::string name;
    std::vector<std::string> columns;
  };
  // What a sink needs to know of a column's type.
  struct Type {
    std::string signature;
    std::string raw_obstacle;
    std::string raw_obstacle_before_14;  // for a target that does not exist yet, on a server before 14
    std::string char_form;
  };
  // A type that is not built in, behind some columns.
  struct UserType {
    std::string schema;
    std::string name;
    std::string signature;
    std::string formatted;
    std::string extension;
    std::string create;
    std::string create_before_14;
    std::optional<std::string> multirange_schema;
    std::optional<std::string> range;  // of a multirange
    std::vector<std::string> columns;
  };

  std::int64_t oid = 0;  // 0: a query
  std::string schema;
  std::string name;
  std::string query;  // instead of a relation
  std::string kind;   // pg_class.relkind; `query`
  bool has_children = false;
  std::vector<Column> columns;
  std::vector<Key> keys;
  std::vector<UniqueIndex> unique_indexes;
  int server_version = 0;
  ByColumn<Type> types;
  std::vector<UserType> user_types;
  std::string where;
  std::optional<std::int64_t> limit;
  std::vector<std::string> locks;  // relations, as SQL names them

  // Of source_statement (catalog.h). Fails as TargetRelation::from_json.
  static Result<NativeSource> from_json(const Json& json);
};

struct NativeTarget {
  // The type of a column, as the other end must have it for bytes to pass through.
  struct Type {
    std::string signature;
    std::string raw_obstacle;
  };
  // Of a column that dpone adds, or of a table that it makes.
  struct NewColumn {
    std::optional<std::string> collation;
    std::optional<std::string> default_value;
  };
  struct NewKey {
    std::string name;
    std::string definition;
  };
  // Why a column cannot be loaded.
  struct Obstacle {
    std::string slug;
    std::string message;
    std::string next_step;
    // What the ends have, where that says it.
    std::string source;
    std::string target;
  };
  // A type, or a collation, that columns of the source need here.
  struct Needed {
    std::vector<std::string> columns;
    bool is_for_new_columns = false;  // one that is there does not need it any more
    std::string name;                 // of a type that is to be made
    // What makes it; empty where that is not needed.
    std::string create_schema;
    std::string create_multirange_schema;
    std::string create;
    std::optional<Obstacle> obstacle;
  };
  // A type that an extension brings at both ends, in the words of each.
  struct ExtensionType {
    std::string signature;
    std::string target_signature;
    std::string type;
    std::string target_type;
  };
  // The type that the values of a column had where they came from.
  struct OriginType {
    std::int64_t oid = 0;
    int typmod = -1;
    std::string name;
  };
  TargetRelation relation;  // of one that is not there yet, its name and what the role may do
  int server_version = 0;
  std::string lc_monetary;
  std::vector<Grant> default_acl;
  ByColumn<Type> types;
  // Of a relation that is there.
  ByColumn<std::string> key_operators;
  std::vector<Lack> lacks;
  std::vector<std::string> table_names;  // columns whose values may name the table by its OID
  std::optional<std::string> named_in;   // other tables that have such columns
  // Of one that is not there.
  bool lacks_schema = false;
  std::string name_taken;                // by what
  std::vector<std::string> taken_names;  // of relations that keys would have
  // What the source's columns come to here.
  std::vector<Needed> needed;
  std::vector<ExtensionType> extension_types;
  ByColumn<OriginType> origin_types;
  std::vector<std::string> unknown_defaults;  // columns whose default this server cannot read
  // Of propose().
  std::vector<std::string> create_types;
  ByColumn<NewColumn> new_columns;
  std::vector<NewKey> new_keys;
};

// REQUIRES: `facts` are of this connector.
inline const NativeTarget& native_of(const TargetFacts& facts) {
  return std::any_cast<const NativeTarget&>(facts.native);
}
inline NativeTarget& native_of(TargetFacts& facts) { return std::any_cast<NativeTarget&>(facts.native); }

inline const NativeSource& native_of(const SourceFacts& facts) {
  return std::any_cast<const NativeSource&>(facts.native);
}
// Null where the facts are of another system.
inline const NativeSource* native_if_ours(const SourceFacts& facts) {
  return std::any_cast<NativeSource>(&facts.native);
}

}  // namespace dpone::postgres
