#include "dpone/connectors/sqlite/publish_options.h"

namespace dpone::sqlite {
namespace {

std::string names_of(const std::vector<Relation::Trigger>& triggers) {
  std::string out;
  for (const Relation::Trigger& trigger : triggers) out += (out.empty() ? "" : ", ") + trigger.name;
  return out;
}

// What no method can work around.
PublishOption option_of(const char* method, const Relation& target) {
  PublishOption option{method, {}, {}};
  if (target.kind == "view") option.blockers.push_back({"the target is a view"});
  if (target.kind == "virtual" || target.kind == "shadow") option.blockers.push_back({"the target is a virtual table"});
  return option;
}

void add_triggers(PublishOption& option, const Relation& target, const char* which) {
  if (target.triggers.empty()) return;
  option.notes.push_back("triggers of the table: " + names_of(target.triggers) + " (" + which + " triggers fire)");
}

PublishOption exchange(const Relation& target) {
  PublishOption option = option_of("exchange", target);
  if (!target.triggers.empty()) {
    option.blockers.push_back({"it has triggers: " + names_of(target.triggers)});
  }
  for (const Relation::IncomingKey& key : target.incoming) {
    if (key.is_own) continue;
    option.blockers.push_back({"a foreign key of " + key.table + " refers to it", true});
  }
  return option;
}

PublishOption rewriting(const char* method, const Relation& target) {
  PublishOption option = option_of(method, target);
  for (const Relation::IncomingKey& key : target.incoming) {
    if (key.is_own) continue;  // its own rows go and come with it
    const std::string& action = key.on_delete;
    const std::string name = "a foreign key of " + key.table;
    if (action == "CASCADE" || action == "SET NULL" || action == "SET DEFAULT") {
      option.blockers.push_back({name + " would change its rows (ON DELETE " + action + ")", true});
    } else {
      option.notes.push_back(name +
                             " must find the rows that it refers to among the new ones; this is checked before COMMIT");
    }
  }
  add_triggers(option, target, "DELETE and INSERT");
  option.notes.emplace_back("outside WAL mode, readers wait while the rows are written, if they exceed SQLite's cache");
  return option;
}

// Of some rows only: those that stay may refer to them too.
PublishOption replacing_part(const Relation& target) {
  PublishOption option = option_of("replace", target);
  for (const Relation::IncomingKey& key : target.incoming) {
    const std::string& action = key.on_delete;
    const std::string name = key.is_own ? "a foreign key of its own" : "a foreign key of " + key.table;
    if (action == "CASCADE" || action == "SET NULL" || action == "SET DEFAULT") {
      option.blockers.push_back({name + " would change rows (ON DELETE " + action + ")", true});
    } else {
      option.notes.push_back(name +
                             " must find the rows that it refers to among the new ones; this is checked before COMMIT");
    }
  }
  add_triggers(option, target, "DELETE and INSERT");
  return option;
}

PublishOption adding(const char* method, const Relation& target) {
  PublishOption option = option_of(method, target);
  add_triggers(option, target, std::string_view(method) == "merge" ? "INSERT and UPDATE" : "INSERT");
  return option;
}

}  // namespace

std::vector<PublishOption> publish_options(const Relation& target) {
  return {exchange(target),
          rewriting("truncate_insert", target),
          rewriting("delete_insert", target),
          adding("append", target),
          adding("merge", target),
          replacing_part(target)};
}

}  // namespace dpone::sqlite
