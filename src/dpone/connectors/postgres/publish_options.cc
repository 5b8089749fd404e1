#include "dpone/connectors/postgres/publish_options.h"

#include <string>

#include "dpone/connectors/postgres/quote.h"
#include "dpone/connectors/postgres/target_rights.h"

namespace dpone::postgres {
namespace {

std::string joined(const Json& names) {
  std::string out;
  for (const Json& name : names.as_array()) out += (out.empty() ? "" : ", ") + name.as_string();
  return out;
}

void block_if(PublishOption& option, bool condition, std::string reason) {
  if (condition) option.blockers.push_back({std::move(reason)});
}

// What no method can work around.
void add_common(PublishOption& option, const Json& target) {
  const Json& rights = target["rights"];
  const std::string role = rights["role"].as_string();
  const std::string kind = target["kind"].as_string();
  block_if(option, kind == "v" || kind == "m", "the target is a view");
  block_if(option, kind == "f", "the target is a foreign table");
  block_if(option, !rights["create_in_schema"].as_bool(),
           "role " + role + " may not CREATE in schema " + target["schema"].as_string());
}

PublishOption exchange(const Json& target) {
  PublishOption option{"exchange", {}, {}};
  add_common(option, target);
  const std::string kind = target["kind"].as_string();
  block_if(option, kind == "p", "the table is partitioned");
  block_if(option, target["is_partition"].as_bool(), "the table is a partition");
  block_if(option, !target["is_partition"].as_bool() && target["has_parents"].as_bool(),
           "the table inherits from another");
  block_if(option, kind != "p" && target["has_children"].as_bool(), "other tables inherit from it");
  block_if(option, target["of_type"].as_bool(), "the table has a composite type (OF)");
  for (const Json& key : target["incoming_foreign_keys"].as_array()) {
    if (key["is_own"].as_bool()) {
      option.blockers.push_back({"its key " + key["name"].as_string() + " refers to the table itself"});
    } else {
      const std::string name = "foreign key " + key["name"].as_string() + " of " + key["table"].as_string();
      option.blockers.push_back({name + " refers to it", true});
    }
  }
  for (const Json& what : target["dependents"].as_array())
    option.blockers.push_back({what.as_string() + " depends on it"});
  for (const Json& column : target["table_names"].as_array()) {
    option.blockers.push_back(
        {"values of column " + column.as_string() + " may name the table by its OID, which an exchange replaces"});
  }
  if (target["named_in"].is_string()) {
    option.notes.push_back("regclass values that name the table elsewhere (" + target["named_in"].as_string() +
                           ") keep the OID of the old table, which an exchange drops");
  }
  block_if(option, !target["triggers"].as_array().empty(), "it has triggers: " + joined(target["triggers"]));
  block_if(option, !target["rules"].as_array().empty(), "it has rules: " + joined(target["rules"]));
  block_if(option, target["row_security"].as_bool() || target["policies"].as_int() > 0, "it has row-level security");
  block_if(option, !target["publications"].as_array().empty(),
           "it is published by " + joined(target["publications"]) + ", and an exchange would stop its subscribers");
  block_if(option, target["publications"].as_array().empty() && target["schema_published"].as_bool(),
           "a publication covers its schema and would publish the stage");
  block_if(option, target["subscribed"].as_bool(), "a subscription writes to it");
  block_if(option, target["security_labels"].as_bool(), "it has security labels");
  for (const Json& name : target["rights"]["denied_tablespaces"].as_array()) {
    option.blockers.push_back(
        {"role " + target["rights"]["role"].as_string() + " may not CREATE in tablespace " + name.as_string()});
  }
  block_if(option, target["extension"].is_string(), "it belongs to extension " + target["extension"].as_string());
  for (const Json& index : target["indexes"].as_array()) {
    block_if(option, !index["is_valid"].as_bool(),
             "index " + index["name"].as_string() + " is invalid: REINDEX or drop it");
    block_if(option, index["depends_on"].is_string(),
             "index " + index["name"].as_string() + " depends on extension " + index["depends_on"].as_string());
  }
  for (const Json& constraint : target["constraints"].as_array()) {
    block_if(option, constraint["type"].as_string() == "f" && !constraint["may_lock_referenced"].as_bool(),
             "its key " + constraint["name"].as_string() + " refers to " + constraint["references"].as_string() +
                 ", which role " + target["rights"]["role"].as_string() +
                 " may not lock (REFERENCES, and one of UPDATE, DELETE, TRUNCATE)");
    block_if(option, constraint["uses_whole_row"].as_bool(),
             "constraint " + constraint["name"].as_string() + " uses the whole row");
    // Not among its dependencies: a whole table is not told from its columns there.
    const std::string own = quote_literal(target["regclass"].as_string()) + "::regclass";
    block_if(option, constraint["definition"].as_string().find(own) != std::string::npos,
             "constraint " + constraint["name"].as_string() + " names the table by its OID");
  }
  const Json& rights = target["rights"];
  const std::string role = rights["role"].as_string();
  block_if(option, !rights["owns"].as_bool(),
           "role " + role + " is not a member of its owner " + target["owner"].as_string());
  block_if(option, rights["owns"].as_bool() && !rights["becomes_owner"].as_bool(),
           "role " + role + " may not SET ROLE to its owner " + target["owner"].as_string());
  block_if(option, !rights["owner_creates_in_schema"].as_bool(),
           "its owner " + target["owner"].as_string() + " may not CREATE in schema " + target["schema"].as_string());
  for (const Json& grantor : rights["foreign_grantors"].as_array()) {
    option.blockers.push_back(
        {"privileges were granted by " + grantor.as_string() + ", which role " + role + " cannot become"});
  }
  for (std::string& lack : lacks_of_exchange(target["lacks"], role)) option.blockers.push_back({std::move(lack)});
  return option;
}

// What a statement that adds rows to the table needs.
void add_writing(PublishOption& option, const Json& target) {
  const Json& rights = target["rights"];
  const std::string role = rights["role"].as_string();
  block_if(option, !target["rules"].as_array().empty(),
           "it has rules that rewrite the load: " + joined(target["rules"]));
  block_if(option, !rights["select"].as_bool(), "role " + role + " lacks SELECT on it");
  block_if(option, !rights["insert"].as_bool(), "role " + role + " lacks INSERT on it");
  block_if(option, rights["row_security_applies"].as_bool(), "row-level security applies to role " + role);
}

PublishOption rewriting(const Json& target, bool is_truncate) {
  PublishOption option{is_truncate ? "truncate_insert" : "delete_insert", {}, {}};
  add_common(option, target);
  const Json& rights = target["rights"];
  const std::string role = rights["role"].as_string();
  for (const Json& key : target["incoming_foreign_keys"].as_array()) {
    // Its own rows go and come with the target: both statements leave no row behind that could refer to it.
    if (key["is_own"].as_bool()) continue;
    const std::string name = "foreign key " + key["name"].as_string() + " of " + key["table"].as_string();
    const std::string on_delete = key["on_delete"].as_string();
    if (is_truncate) {
      option.blockers.push_back({name + " refers to it, which TRUNCATE refuses", true});
    } else if (on_delete == "c" || on_delete == "n" || on_delete == "d") {
      option.blockers.push_back({name + " would change its rows (CASCADE, SET NULL or SET DEFAULT)", true});
    } else if (!key["may_read"].as_bool()) {
      option.blockers.push_back(
          {name + " may have rows that refer to it, but role " + role + " may not SELECT them", true});
    } else {
      option.notes.push_back(name + " must have no row that refers to it; this is checked under the lock");
    }
  }
  add_writing(option, target);
  if (is_truncate) {
    block_if(option, !rights["truncate"].as_bool(), "role " + role + " lacks TRUNCATE on it");
  } else {
    block_if(option, !rights["delete"].as_bool(), "role " + role + " lacks DELETE on it");
  }
  if (!target["triggers"].as_array().empty()) {
    option.notes.push_back("triggers of the table: " + joined(target["triggers"]) +
                           (is_truncate ? " (INSERT and TRUNCATE triggers fire, DELETE triggers do not)"
                                        : " (INSERT and DELETE triggers fire)"));
  }
  if (!target["publications"].as_array().empty()) {
    option.notes.push_back("subscribers of " + joined(target["publications"]) + " receive the whole reload");
  }
  if (is_truncate) {
    option.notes.push_back(
        "functions marked STABLE and transactions with an older snapshot may briefly see the table empty");
  }
  return option;
}

// Of some rows only: those that stay may refer to them, as may those of other tables.
PublishOption replacing_part(const Json& target) {
  PublishOption option{"replace", {}, {}};
  add_common(option, target);
  const Json& rights = target["rights"];
  for (const Json& key : target["incoming_foreign_keys"].as_array()) {
    const std::string name = key["is_own"].as_bool()
                                 ? "its key " + key["name"].as_string()
                                 : "foreign key " + key["name"].as_string() + " of " + key["table"].as_string();
    const std::string on_delete = key["on_delete"].as_string();
    if (on_delete == "c" || on_delete == "n" || on_delete == "d") {
      option.blockers.push_back({name + " would change rows (CASCADE, SET NULL or SET DEFAULT)", true});
    } else {
      option.notes.push_back(name + " must have no row that refers to one that is removed");
    }
  }
  add_writing(option, target);
  block_if(option, !rights["delete"].as_bool(), "role " + rights["role"].as_string() + " lacks DELETE on it");
  if (!target["triggers"].as_array().empty()) {
    option.notes.push_back("triggers of the table: " + joined(target["triggers"]) +
                           " (INSERT and DELETE triggers fire)");
  }
  return option;
}

PublishOption adding(const Json& target, bool is_merge) {
  PublishOption option{is_merge ? "merge" : "append", {}, {}};
  add_common(option, target);
  const Json& rights = target["rights"];
  const std::string role = rights["role"].as_string();
  add_writing(option, target);
  block_if(option, is_merge && !rights["update"].as_bool(), "role " + role + " lacks UPDATE on it");
  if (!target["triggers"].as_array().empty()) {
    option.notes.push_back("triggers of the table: " + joined(target["triggers"]) +
                           (is_merge ? " (INSERT and UPDATE triggers fire)" : " (INSERT triggers fire)"));
  }
  return option;
}

}  // namespace

std::vector<PublishOption> publish_options(const Json& target) {
  return {exchange(target),      rewriting(target, true), rewriting(target, false),
          adding(target, false), adding(target, true),    replacing_part(target)};
}

}  // namespace dpone::postgres
