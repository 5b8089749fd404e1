#include "dpone/connectors/postgres/publish_options.h"

#include <string>

#include "dpone/connectors/postgres/quote.h"
#include "dpone/connectors/postgres/target_rights.h"

namespace dpone::postgres {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

void block_if(PublishOption& option, bool condition, std::string reason) {
  if (condition) option.blockers.push_back({std::move(reason)});
}

// What no method can work around.
void add_common(PublishOption& option, const NativeTarget& target) {
  const TargetRelation::Rights& rights = target.relation.rights;
  const std::string& role = rights.role;
  const std::string& kind = target.relation.kind;
  block_if(option, kind == "v" || kind == "m", "the target is a view");
  block_if(option, kind == "f", "the target is a foreign table");
  block_if(option, !rights.create_in_schema, "role " + role + " may not CREATE in schema " + target.relation.schema);
}

PublishOption exchange(const NativeTarget& target) {
  PublishOption option{"exchange", {}, {}};
  add_common(option, target);
  const TargetRelation::Rights& rights = target.relation.rights;
  const std::string& role = rights.role;
  const std::string& kind = target.relation.kind;
  block_if(option, kind == "p", "the table is partitioned");
  block_if(option, target.relation.is_partition, "the table is a partition");
  block_if(option, !target.relation.is_partition && target.relation.has_parents, "the table inherits from another");
  block_if(option, kind != "p" && target.relation.has_children, "other tables inherit from it");
  block_if(option, target.relation.is_of_type, "the table has a composite type (OF)");
  for (const TargetRelation::IncomingKey& key : target.relation.incoming_foreign_keys) {
    if (key.is_own) {
      option.blockers.push_back({"its key " + key.name + " refers to the table itself"});
    } else {
      const std::string name = "foreign key " + key.name + " of " + key.table;
      option.blockers.push_back({name + " refers to it", true});
    }
  }
  for (const std::string& what : target.relation.dependents) option.blockers.push_back({what + " depends on it"});
  for (const std::string& column : target.table_names) {
    option.blockers.push_back(
        {"values of column " + column + " may name the table by its OID, which an exchange replaces"});
  }
  if (target.named_in) {
    option.notes.push_back("regclass values that name the table elsewhere (" + *target.named_in +
                           ") keep the OID of the old table, which an exchange drops");
  }
  block_if(option, !target.relation.triggers.empty(), "it has triggers: " + joined(target.relation.triggers));
  block_if(option, !target.relation.rules.empty(), "it has rules: " + joined(target.relation.rules));
  block_if(option, target.relation.has_row_security || target.relation.policies > 0, "it has row-level security");
  block_if(
      option, !target.relation.publications.empty(),
      "it is published by " + joined(target.relation.publications) + ", and an exchange would stop its subscribers");
  block_if(option, target.relation.publications.empty() && target.relation.is_schema_published,
           "a publication covers its schema and would publish the stage");
  block_if(option, target.relation.is_subscribed, "a subscription writes to it");
  block_if(option, target.relation.has_security_labels, "it has security labels");
  for (const std::string& name : rights.denied_tablespaces) {
    option.blockers.push_back({"role " + role + " may not CREATE in tablespace " + name});
  }
  block_if(option, target.relation.extension.has_value(),
           "it belongs to extension " + target.relation.extension.value_or(""));
  for (const TargetRelation::Index& index : target.relation.indexes) {
    block_if(option, !index.is_valid, "index " + index.name + " is invalid: REINDEX or drop it");
    block_if(option, index.depends_on.has_value(),
             "index " + index.name + " depends on extension " + index.depends_on.value_or(""));
  }
  for (const TargetRelation::Constraint& constraint : target.relation.constraints) {
    block_if(option, constraint.type == "f" && !constraint.may_lock_referenced,
             "its key " + constraint.name + " refers to " + constraint.references + ", which role " + role +
                 " may not lock (REFERENCES, and one of UPDATE, DELETE, TRUNCATE)");
    block_if(option, constraint.uses_whole_row, "constraint " + constraint.name + " uses the whole row");
    // Not among its dependencies: a whole table is not told from its columns there.
    const std::string own = quote_literal(target.relation.regclass) + "::regclass";
    block_if(option, constraint.definition.find(own) != std::string::npos,
             "constraint " + constraint.name + " names the table by its OID");
  }
  block_if(option, !rights.owns, "role " + role + " is not a member of its owner " + target.relation.owner);
  block_if(option, rights.owns && !rights.becomes_owner,
           "role " + role + " may not SET ROLE to its owner " + target.relation.owner);
  block_if(option, !rights.owner_creates_in_schema,
           "its owner " + target.relation.owner + " may not CREATE in schema " + target.relation.schema);
  for (const std::string& grantor : rights.foreign_grantors) {
    option.blockers.push_back({"privileges were granted by " + grantor + ", which role " + role + " cannot become"});
  }
  for (std::string& lack : lacks_of_exchange(target.lacks, role)) option.blockers.push_back({std::move(lack)});
  return option;
}

// What a statement that adds rows to the table needs.
void add_writing(PublishOption& option, const NativeTarget& target) {
  const TargetRelation::Rights& rights = target.relation.rights;
  const std::string& role = rights.role;
  block_if(option, !target.relation.rules.empty(),
           "it has rules that rewrite the load: " + joined(target.relation.rules));
  block_if(option, !rights.select, "role " + role + " lacks SELECT on it");
  block_if(option, !rights.insert, "role " + role + " lacks INSERT on it");
  block_if(option, rights.row_security_applies, "row-level security applies to role " + role);
}

PublishOption rewriting(const NativeTarget& target, bool is_truncate) {
  PublishOption option{is_truncate ? "truncate_insert" : "delete_insert", {}, {}};
  add_common(option, target);
  const TargetRelation::Rights& rights = target.relation.rights;
  const std::string& role = rights.role;
  for (const TargetRelation::IncomingKey& key : target.relation.incoming_foreign_keys) {
    // Its own rows go and come with the target: both statements leave no row behind that could refer to it.
    if (key.is_own) continue;
    const std::string name = "foreign key " + key.name + " of " + key.table;
    const std::string& on_delete = key.on_delete;
    if (is_truncate) {
      option.blockers.push_back({name + " refers to it, which TRUNCATE refuses", true});
    } else if (on_delete == "c" || on_delete == "n" || on_delete == "d") {
      option.blockers.push_back({name + " would change its rows (CASCADE, SET NULL or SET DEFAULT)", true});
    } else if (!key.may_read) {
      option.blockers.push_back(
          {name + " may have rows that refer to it, but role " + role + " may not SELECT them", true});
    } else {
      option.notes.push_back(name + " must have no row that refers to it; this is checked under the lock");
    }
  }
  add_writing(option, target);
  if (is_truncate) {
    block_if(option, !rights.truncate, "role " + role + " lacks TRUNCATE on it");
  } else {
    block_if(option, !rights.remove, "role " + role + " lacks DELETE on it");
  }
  if (!target.relation.triggers.empty()) {
    option.notes.push_back("triggers of the table: " + joined(target.relation.triggers) +
                           (is_truncate ? " (INSERT and TRUNCATE triggers fire, DELETE triggers do not)"
                                        : " (INSERT and DELETE triggers fire)"));
  }
  if (!target.relation.publications.empty()) {
    option.notes.push_back("subscribers of " + joined(target.relation.publications) + " receive the whole reload");
  }
  if (is_truncate) {
    option.notes.push_back(
        "functions marked STABLE and transactions with an older snapshot may briefly see the table empty");
  }
  return option;
}

// Of some rows only: those that stay may refer to them, as may those of other tables.
PublishOption replacing_part(const NativeTarget& target) {
  PublishOption option{"replace", {}, {}};
  add_common(option, target);
  const TargetRelation::Rights& rights = target.relation.rights;
  for (const TargetRelation::IncomingKey& key : target.relation.incoming_foreign_keys) {
    const std::string name = key.is_own ? "its key " + key.name : "foreign key " + key.name + " of " + key.table;
    const std::string& on_delete = key.on_delete;
    if (on_delete == "c" || on_delete == "n" || on_delete == "d") {
      option.blockers.push_back({name + " would change rows (CASCADE, SET NULL or SET DEFAULT)", true});
    } else {
      option.notes.push_back(name + " must have no row that refers to one that is removed");
    }
  }
  add_writing(option, target);
  block_if(option, !rights.remove, "role " + rights.role + " lacks DELETE on it");
  if (!target.relation.triggers.empty()) {
    option.notes.push_back("triggers of the table: " + joined(target.relation.triggers) +
                           " (INSERT and DELETE triggers fire)");
  }
  return option;
}

PublishOption adding(const NativeTarget& target, bool is_merge) {
  PublishOption option{is_merge ? "merge" : "append", {}, {}};
  add_common(option, target);
  const TargetRelation::Rights& rights = target.relation.rights;
  const std::string& role = rights.role;
  add_writing(option, target);
  block_if(option, is_merge && !rights.update, "role " + role + " lacks UPDATE on it");
  if (!target.relation.triggers.empty()) {
    option.notes.push_back("triggers of the table: " + joined(target.relation.triggers) +
                           (is_merge ? " (INSERT and UPDATE triggers fire)" : " (INSERT triggers fire)"));
  }
  return option;
}

}  // namespace

std::vector<PublishOption> publish_options(const NativeTarget& target) {
  return {exchange(target),      rewriting(target, true), rewriting(target, false),
          adding(target, false), adding(target, true),    replacing_part(target)};
}

}  // namespace dpone::postgres
