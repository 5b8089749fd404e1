#include "dpone/connectors/sqlite/publish_options.h"

namespace dpone::sqlite {
namespace {

std::string names_of(const Json& objects) {
  std::string out;
  for (const Json& object : objects.as_array()) out += (out.empty() ? "" : ", ") + object["name"].as_string();
  return out;
}

// What no method can work around.
PublishOption option_of(const char* method, const Json& target) {
  PublishOption option{method, {}, {}};
  const std::string& kind = target["kind"].as_string();
  if (kind == "view") option.blockers.push_back({"the target is a view"});
  if (kind == "virtual" || kind == "shadow") option.blockers.push_back({"the target is a virtual table"});
  return option;
}

void add_triggers(PublishOption& option, const Json& target, const char* which) {
  if (target["triggers"].as_array().empty()) return;
  option.notes.push_back("triggers of the table: " + names_of(target["triggers"]) + " (" + which + " triggers fire)");
}

PublishOption exchange(const Json& target) {
  PublishOption option = option_of("exchange", target);
  if (!target["triggers"].as_array().empty()) {
    option.blockers.push_back({"it has triggers: " + names_of(target["triggers"])});
  }
  for (const Json& key : target["incoming"].as_array()) {
    if (key["is_own"].as_bool()) continue;
    option.blockers.push_back({"a foreign key of " + key["table"].as_string() + " refers to it", true});
  }
  return option;
}

PublishOption rewriting(const char* method, const Json& target) {
  PublishOption option = option_of(method, target);
  for (const Json& key : target["incoming"].as_array()) {
    if (key["is_own"].as_bool()) continue;  // its own rows go and come with it
    const std::string& action = key["on_delete"].as_string();
    const std::string name = "a foreign key of " + key["table"].as_string();
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
PublishOption replacing_part(const Json& target) {
  PublishOption option = option_of("replace", target);
  for (const Json& key : target["incoming"].as_array()) {
    const std::string& action = key["on_delete"].as_string();
    const std::string name =
        key["is_own"].as_bool() ? "a foreign key of its own" : "a foreign key of " + key["table"].as_string();
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

PublishOption adding(const char* method, const Json& target) {
  PublishOption option = option_of(method, target);
  add_triggers(option, target, std::string_view(method) == "merge" ? "INSERT and UPDATE" : "INSERT");
  return option;
}

}  // namespace

std::vector<PublishOption> publish_options(const Json& target) {
  return {exchange(target),
          rewriting("truncate_insert", target),
          rewriting("delete_insert", target),
          adding("append", target),
          adding("merge", target),
          replacing_part(target)};
}

}  // namespace dpone::sqlite
