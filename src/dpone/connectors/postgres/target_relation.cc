#include "dpone/connectors/postgres/target_relation.h"

#include "dpone/connectors/postgres/members.h"

namespace dpone::postgres {

void read_members(const Members& members, Grant& out) {
  members.read("grantor", out.grantor);
  members.read("grantee", out.grantee);
  members.read("privilege", out.privilege);
  members.read("grantable", out.is_grantable);
}

void read_members(const Members& members, CatalogColumn& out) {
  members.read("name", out.name);
  members.read("type", out.type);
  members.read("type_oid", out.type_oid);
  members.read("typmod", out.typmod);
  members.read("not_null", out.is_not_null);
  members.read("collation", out.collation);
  members.read("default", out.default_value);
  members.read("generated", out.generated);
  members.read("identity", out.identity);
}

void read_members(const Members& members, TargetRelation::Column& out) {
  read_members(members, static_cast<CatalogColumn&>(out));
  members.read("statistics", out.statistics);
  members.read("options", out.options);
  members.read("acl", out.acl);
}

void read_members(const Members& members, TargetRelation::Constraint& out) {
  members.read("name", out.name);
  members.read("type", out.type);
  members.read("definition", out.definition);
  members.read("is_validated", out.is_validated);
  members.read("comment", out.comment);
  members.read("uses_whole_row", out.uses_whole_row);
  members.read("columns", out.columns);
  members.read("references_oid", out.references_oid);
  members.read("references", out.references);
  members.read("may_lock_referenced", out.may_lock_referenced);
}

void read_members(const Members& members, TargetRelation::Function& out) {
  members.read("name", out.name);
  members.read("column", out.column);
}

void read_members(const Members& members, TargetRelation::Index& out) {
  members.read("name", out.name);
  members.read("definition", out.definition);
  members.read("is_unique", out.is_unique);
  members.read("is_exclusion", out.is_exclusion);
  members.read("is_primary", out.is_primary);
  members.read("is_clustered", out.is_clustered);
  members.read("is_replica_identity", out.is_replica_identity);
  members.read("is_valid", out.is_valid);
  members.read("is_partial", out.is_partial);
  members.read("uses_functions", out.uses_functions);
  members.read("depends_on", out.depends_on);
  members.read("tablespace", out.tablespace);
  members.read("options", out.options);
  members.read("columns", out.columns);
  members.read("functions", out.functions);
  members.read("predicate_columns", out.predicate_columns);
  members.read("operators", out.operators);
  members.read("comment", out.comment);
  members.read("statistics", out.statistics);
  members.read("constraint_type", out.constraint_type);
  members.read("constraint_definition", out.constraint_definition);
  members.read("is_deferrable", out.is_deferrable);
  members.read("is_deferred", out.is_deferred);
  members.read("constraint_comment", out.constraint_comment);
}

void read_members(const Members& members, TargetRelation::Sequence& out) {
  members.read("schema", out.schema);
  members.read("name", out.name);
  members.read("type", out.type);
  members.read("is_identity", out.is_identity);
  members.read("column", out.column);
  members.read("acl", out.acl);
  members.read("comment", out.comment);
}

void read_members(const Members& members, TargetRelation::Numbering& out) {
  members.read("column", out.column);
  members.read("sequence", out.sequence);
  members.read("step", out.step);
  members.read("min", out.min);
  members.read("max", out.max);
  members.read("may_advance", out.may_advance);
  members.read("is_indexed", out.is_indexed);
}

void read_members(const Members& members, TargetRelation::Statistics& out) {
  members.read("schema", out.schema);
  members.read("name", out.name);
  members.read("definition", out.definition);
  members.read("owner", out.owner);
  members.read("target", out.target);
  members.read("comment", out.comment);
}

void read_members(const Members& members, TargetRelation::IncomingKey& out) {
  members.read("name", out.name);
  members.read("table", out.table);
  members.read("on_delete", out.on_delete);
  members.read("is_own", out.is_own);
  members.read("may_read", out.may_read);
  members.read("refers_to", out.refers_to);
  members.read("columns", out.columns);
}

void read_members(const Members& members, TargetRelation::Rights& out) {
  members.read("role", out.role);
  members.read("owns", out.owns);
  members.read("becomes_owner", out.becomes_owner);
  members.read("is_superuser", out.is_superuser);
  members.read("row_security_applies", out.row_security_applies);
  members.read("denied_tablespaces", out.denied_tablespaces);
  members.read("create_in_schema", out.create_in_schema);
  members.read("owner_creates_in_schema", out.owner_creates_in_schema);
  members.read("select", out.select);
  members.read("insert", out.insert);
  members.read("truncate", out.truncate);
  members.read("delete", out.remove);
  members.read("update", out.update);
  members.read("foreign_grantors", out.foreign_grantors);
}

void read_members(const Members& members, TargetRelation& out) {
  members.read("oid", out.oid);
  members.read("regclass", out.regclass);
  members.read("schema", out.schema);
  members.read("name", out.name);
  members.read("kind", out.kind);
  members.read("persistence", out.persistence);
  members.read("owner", out.owner);
  members.read("access_method", out.access_method);
  members.read("tablespace", out.tablespace);
  members.read("options", out.options);
  members.read("toast_options", out.toast_options);
  members.read("acl", out.acl);
  members.read("comment", out.comment);
  members.read("replica_identity", out.replica_identity);
  members.read("row_security", out.has_row_security);
  members.read("is_partition", out.is_partition);
  members.read("of_type", out.is_of_type);
  members.read("partition_columns", out.partition_columns);
  members.read("has_children", out.has_children);
  members.read("has_parents", out.has_parents);
  members.read("lc_monetary", out.lc_monetary);
  members.read("columns", out.columns);
  members.read("constraints", out.constraints);
  members.read("indexes", out.indexes);
  members.read("sequences", out.sequences);
  members.read("numbering", out.numbering);
  members.read("statistics", out.statistics);
  members.read("default_sequence_grantees", out.default_sequence_grantees);
  members.read("triggers", out.triggers);
  members.read("has_triggers_below", out.has_triggers_below);
  members.read("rules", out.rules);
  members.read("policies", out.policies);
  members.read("publications", out.publications);
  members.read("schema_published", out.is_schema_published);
  members.read("subscribed", out.is_subscribed);
  members.read("security_labels", out.has_security_labels);
  members.read("extension", out.extension);
  members.read("incoming_foreign_keys", out.incoming_foreign_keys);
  members.read("dependents", out.dependents);
  members.read_one("rights", out.rights);
}

Result<TargetRelation> TargetRelation::from_json(const Json& json) { return from_members<TargetRelation>(json); }

Result<std::vector<Grant>> grants_from_json(const Json& json) { return list_from_members<Grant>(json); }

}  // namespace dpone::postgres
