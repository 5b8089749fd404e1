// A target as the server's answer to target_statement (catalog.h) describes it: everything that hangs on a table, so
// that an exchange can carry it or refuse. Values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dpone/base/json.h"
#include "dpone/base/result.h"

namespace dpone::postgres {

struct Grant {
  std::string grantor;
  std::optional<std::string> grantee;  // absent: PUBLIC
  std::string privilege;
  bool is_grantable = false;
};
// Absent: nothing was ever granted or revoked; empty: everything was revoked.
using Acl = std::optional<std::vector<Grant>>;

// A column, as either end describes it (column_core() in catalog.cc).
struct CatalogColumn {
  std::string name;
  std::string type;
  std::int64_t type_oid = 0;
  std::int64_t typmod = -1;
  bool is_not_null = false;
  std::optional<std::string> collation;  // other than its type's
  std::optional<std::string> default_value;
  std::string generated;
  std::string identity;
};
class Members;
void read_members(const Members& members, CatalogColumn& out);

// One letter is one of the catalogs: kind is pg_class.relkind, type of a constraint is pg_constraint.contype.
struct TargetRelation {
  struct Column : CatalogColumn {
    std::optional<std::int64_t> statistics;
    std::vector<std::string> options;
    Acl acl;
  };

  // CHECK, foreign key or NOT NULL.
  struct Constraint {
    std::string name;
    std::string type;
    std::string definition;
    bool is_validated = false;
    std::optional<std::string> comment;
    bool uses_whole_row = false;
    std::vector<std::string> columns;
    std::int64_t references_oid = 0;
    std::string references;
    bool may_lock_referenced = false;
  };

  // `lower` or `upper` of a column.
  struct Function {
    std::string name;
    std::string column;
  };

  struct Index {
    std::string name;
    std::string definition;
    bool is_unique = false;
    bool is_exclusion = false;
    bool is_primary = false;
    bool is_clustered = false;
    bool is_replica_identity = false;
    bool is_valid = true;
    bool is_partial = false;
    bool uses_functions = false;
    std::optional<std::string> depends_on;  // an extension
    std::optional<std::string> tablespace;
    std::vector<std::string> options;
    std::vector<std::optional<std::string>> columns;  // absent: an expression
    std::vector<std::optional<Function>> functions;   // of the same places, if one is an expression; absent: another
    std::vector<std::string> predicate_columns;
    std::vector<std::string> operators;  // of an exclusion constraint, by their full names
    std::optional<std::string> comment;
    std::map<std::string, std::int64_t> statistics;  // by the column's number
    // Of the constraint that it is made by; empty without.
    std::string constraint_type;
    std::string constraint_definition;
    bool is_deferrable = false;
    bool is_deferred = false;
    std::optional<std::string> constraint_comment;
  };

  struct Sequence {
    std::string schema;
    std::string name;
    std::string type;
    bool is_identity = false;
    std::string column;
    Acl acl;
    std::optional<std::string> comment;
  };

  // What numbers the rows of a column that bring no value.
  struct Numbering {
    std::string column;
    std::string sequence;  // as SQL names it
    std::int64_t step = 1;
    std::int64_t min = 0;
    std::int64_t max = 0;
    bool may_advance = false;
    bool is_indexed = false;
  };

  struct Statistics {
    std::string schema;
    std::string name;
    std::string definition;
    std::string owner;
    std::optional<std::int64_t> target;
    std::optional<std::string> comment;
  };

  // A foreign key that refers to the table.
  struct IncomingKey {
    std::string name;
    std::string table;
    std::string on_delete;
    bool is_own = false;  // of the table itself
    bool may_read = false;
    std::vector<std::string> refers_to;
    std::vector<std::string> columns;
  };

  // Of the role that loads.
  struct Rights {
    std::string role;
    bool owns = false;
    bool becomes_owner = false;
    bool is_superuser = false;
    bool row_security_applies = false;
    std::vector<std::string> denied_tablespaces;
    bool create_in_schema = false;
    bool owner_creates_in_schema = false;
    bool select = false;
    bool insert = false;
    bool truncate = false;
    bool remove = false;
    bool update = false;
    std::vector<std::string> foreign_grantors;  // that it cannot become
  };

  std::int64_t oid = 0;
  std::string regclass;
  std::string schema;
  std::string name;
  std::string kind = "r";
  std::string persistence;
  std::string owner;
  std::optional<std::string> access_method;
  std::optional<std::string> tablespace;
  std::vector<std::string> options;
  std::vector<std::string> toast_options;
  Acl acl;
  std::optional<std::string> comment;
  std::string replica_identity;
  bool has_row_security = false;
  bool is_partition = false;
  bool is_of_type = false;
  std::vector<std::string> partition_columns;
  bool has_children = false;
  bool has_parents = false;
  std::string lc_monetary;
  std::vector<Column> columns;
  std::vector<Constraint> constraints;
  std::vector<Index> indexes;
  std::vector<Sequence> sequences;
  std::vector<Numbering> numbering;
  std::vector<Statistics> statistics;
  std::vector<std::optional<std::string>> default_sequence_grantees;  // absent: PUBLIC
  std::vector<std::string> triggers;
  bool has_triggers_below = false;  // of tables that inherit from it
  std::vector<std::string> rules;
  std::int64_t policies = 0;
  std::vector<std::string> publications;
  bool is_schema_published = false;
  bool is_subscribed = false;
  bool has_security_labels = false;
  std::optional<std::string> extension;
  std::vector<IncomingKey> incoming_foreign_keys;
  std::vector<std::string> dependents;
  Rights rights;

  // Fails with an internal error that names the member if one is missing, or of another kind.
  static Result<TargetRelation> from_json(const Json& json);
};

Result<std::vector<Grant>> grants_from_json(const Json& json);

}  // namespace dpone::postgres
