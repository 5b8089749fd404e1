#include "dpone/connectors/postgres/native_facts.h"

#include "dpone/connectors/postgres/members.h"

namespace dpone::postgres {

void read_members(const Members& members, NativeSource::Column& out) {
  read_members(members, static_cast<CatalogColumn&>(out));
  members.read("default_is_portable", out.is_default_portable);
}

void read_members(const Members& members, NativeSource::Key& out) {
  members.read("name", out.name);
  members.read("primary", out.is_primary);
  members.read("definition", out.definition);
  members.read("columns", out.columns);
  members.read("included", out.included);
}

void read_members(const Members& members, NativeSource::UniqueIndex& out) {
  members.read("name", out.name);
  members.read("columns", out.columns);
}

void read_members(const Members& members, NativeSource& out) {
  members.read("oid", out.oid);
  members.read("schema", out.schema);
  members.read("name", out.name);
  members.read("kind", out.kind);
  members.read("has_children", out.has_children);
  members.read("columns", out.columns);
  members.read("keys", out.keys);
  members.read("unique_indexes", out.unique_indexes);
}

Result<NativeSource> NativeSource::from_json(const Json& json) { return from_members<NativeSource>(json); }

}  // namespace dpone::postgres
