#include "dpone/manifest/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "dpone/base/contains.h"
#include "dpone/base/file.h"
#include "dpone/base/log.h"
#include "dpone/base/nearest.h"
#include "dpone/base/url_text.h"
#include "dpone/manifest/strategy_spec.h"

namespace dpone::manifest {
namespace {

std::string join(std::string_view section, std::string_view key) {
  return section.empty() ? std::string(key) : fmt::format("{}.{}", section, key);
}

std::string parent_of(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return std::string(dot == std::string_view::npos ? std::string_view() : path.substr(0, dot));
}

std::string last_name(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return std::string(dot == std::string_view::npos ? path : path.substr(dot + 1));
}

// A key or value for a message: bounded, and without control characters.
std::string shown(std::string_view text) {
  constexpr std::size_t kShown = 80;
  std::string out = without_control_characters(text.substr(0, kShown));
  return text.size() > kShown ? out + "..." : out;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// `${NAME}`.
bool is_variable_reference(std::string_view text) {
  if (!text.starts_with("${") || !text.ends_with('}') || text.size() < 4) return false;
  const std::string_view name = text.substr(2, text.size() - 3);
  return !is_digit(name[0]) &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

// `host`, `ssl_mode`.
bool is_field_name(std::string_view name) {
  return !name.empty() && name.size() <= 63 && name[0] >= 'a' && name[0] <= 'z' &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_'; });
}

bool is_secret_field(std::string_view name) { return name == "password" || name == "sslpassword" || name == "token"; }

// Validates a tree against the key tables and collects typed values under their canonical paths.
class Reader {
 public:
  Reader(const YamlTree& tree, const Schemas& schemas, ReadOutcome& outcome)
      : tree_(tree), schemas_(schemas), outcome_(outcome), strategy_keys_(strategy_keys(schemas.strategies)) {}

  void run() {
    problems_ = tree_.problems;
    if (tree_.root) read_root(*tree_.root);
    std::stable_sort(problems_.begin(), problems_.end(),
                     [](const Problem& a, const Problem& b) { return a.at < b.at; });
    if (problems_.size() > kMaxProblems) {
      outcome_.more_problems = problems_.size() - kMaxProblems;
      problems_.resize(kMaxProblems);
    }
    if (problems_.empty()) outcome_.manifest = build();
    outcome_.problems = std::move(problems_);
  }

 private:
  struct Value {
    Json json;
    Position at;
    bool is_bad = false;  // given, but not usable: it is not missing
  };

  void refuse(Position at, std::string_view slug, std::string message, std::string suggestion = {}) {
    problems_.push_back({at, std::string(slug), std::move(message), std::move(suggestion)});
  }

  void read_root(const Node& root) {
    if (root.kind != Node::Kind::kMapping) {
      refuse(root.at, "manifest.wrong_type", fmt::format("a manifest is a mapping of keys, not {}", root.kind_name()));
      return;
    }
    for (const std::string_view end : {"source", "sink"}) endpoint_[std::string(end)] = endpoint_schema(root, end);
    walk(root, *find_section(""));
    check_text_rules();
    if (tree_.is_complete) check_missing();
    check_meaning();
  }

  const EndpointSchema* endpoint_schema(const Node& root, std::string_view end) const {
    const Node::Entry* entry = root.find(end);
    const Node::Entry* type = entry == nullptr ? nullptr : entry->value.find("type");
    return type == nullptr ? nullptr : find_schema(type->value.text);
  }

  const EndpointSchema* find_schema(std::string_view type) const {
    for (const EndpointSchema& schema : schemas_.ends) {
      if (schema.type == type) return &schema;
    }
    return nullptr;
  }

  // `a or b`: the types for which `fits`, for messages.
  template <class Condition>
  std::string types_that(const Condition& fits) const {
    std::vector<std::string_view> types;
    for (const EndpointSchema& schema : schemas_.ends) {
      if (fits(schema)) types.push_back(schema.type);
    }
    return fmt::format("{}", fmt::join(types, " or "));
  }

  // The common keys of a section and, for options, those of the connector or of the strategies.
  const OptionSpec* find_key(const SectionSpec& section, std::string_view name) const {
    for (const std::span<const OptionSpec> keys : {section.keys, more_keys(section.path)}) {
      for (const OptionSpec& spec : keys) {
        if (spec.name == name) return &spec;
      }
    }
    return nullptr;
  }

  std::span<const OptionSpec> more_keys(std::string_view path) const {
    if (path == "sink.strategy") return strategy_keys_;
    const auto found = endpoint_.find(path.substr(0, path.find('.')));
    if (found == endpoint_.end() || found->second == nullptr) return {};
    if (path == "source.options") return found->second->source_options;
    if (path == "sink.options") return found->second->sink_options;
    if (path.ends_with(".params")) return found->second->connection_fields;
    return {};
  }

  void walk(const Node& node, const SectionSpec& section) {
    sections_seen_.insert_or_assign(std::string(section.path), node.at);
    for (const Node::Entry& entry : node.entries) {
      const std::string path = join(section.path, entry.key);
      if (const OptionSpec* spec = find_key(section, entry.key)) {
        take(*spec, path, entry);
      } else if (section.path.ends_with(".params") && more_keys(section.path).empty()) {
        take_param(path, entry);
      } else if (const SectionSpec* child = entry.key.find('.') == std::string::npos ? find_section(path) : nullptr) {
        take_section(*child, entry);
      } else if (!take_old_spelling(path, entry)) {
        refuse_unknown(section, entry);
      }
    }
  }

  void take_section(const SectionSpec& section, const Node::Entry& entry) {
    sections_seen_.insert_or_assign(std::string(section.path), entry.at);
    if (entry.value.kind != Node::Kind::kMapping) {
      std::string message = fmt::format("{} must be a mapping, not {}", section.path, entry.value.kind_name());
      if (entry.value.is_null()) message = fmt::format("{} is empty; give its keys, or remove it", section.path);
      if (section.path.ends_with(".table") && entry.value.is_text())
        message += "; write table: {schema: ..., name: ...}";
      refuse(entry.value.at, "manifest.wrong_type", std::move(message));
      bad_sections_.insert(std::string(section.path));
      return;
    }
    walk(entry.value, section);
    sections_seen_.insert_or_assign(std::string(section.path), entry.at);
  }

  bool take_old_spelling(const std::string& path, const Node::Entry& entry) {
    if (entry.key.find('.') != std::string::npos) return false;  // a dotted key is not a path
    for (const OldSpelling& old : old_spellings()) {
      if (old.path != path) continue;
      if (!old.is_rewritten) {
        refuse(entry.at, "manifest.not_available", fmt::format("{} {}", last_name(path), old.note));
        return true;
      }
      const SectionSpec* section = find_section(parent_of(old.replacement));
      const OptionSpec* spec = section == nullptr ? nullptr : find_key(*section, last_name(old.replacement));
      if (spec == nullptr) return false;
      outcome_.notices.push_back({entry.at,
                                  "manifest.old_spelling",
                                  fmt::format("{} is read as {}; write the new name instead", path, old.replacement),
                                  {}});
      take(*spec, std::string(old.replacement), entry);
      return true;
    }
    return false;
  }

  void refuse_unknown(const SectionSpec& section, const Node::Entry& entry) {
    std::vector<std::string> known;
    for (const OptionSpec& spec : section.keys) known.emplace_back(spec.name);
    for (const OptionSpec& spec : more_keys(section.path)) known.emplace_back(spec.name);
    for (const SectionSpec& child : sections()) {
      if (!child.path.empty() && parent_of(child.path) == section.path) known.push_back(last_name(child.path));
    }
    const std::string_view end = section.path.substr(0, section.path.find('.'));
    if (section.path.ends_with(".options") && endpoint_[std::string(end)] == nullptr) {
      return;  // the type is wrong or missing, which is reported elsewhere: its options cannot be checked
    }
    const std::string where = section.path.empty() ? "" : fmt::format(" in {}", section.path);
    const std::string near = nearest_name(entry.key, known);
    std::string message = fmt::format("unknown key {}{}", shown(entry.key), where);
    const auto has_key = [&](std::span<const OptionSpec> keys) {
      return std::any_of(keys.begin(), keys.end(), [&](const OptionSpec& spec) { return spec.name == entry.key; });
    };
    // How the rows are chosen is the source's matter, though a strategy needs it.
    if (section.path == "sink.strategy" && has_key(common_source_options())) {
      refuse(entry.at, "manifest.unknown_key", message + "; it belongs in source.options");
      return;
    }
    if (near.empty()) {
      for (const SectionSpec& other : sections()) {
        const bool is_other_end =
            !section.path.empty() && !other.path.empty() && other.path.substr(0, 3) != end.substr(0, 3);
        if (!has_key(keys_of(other, schemas_)) || is_other_end || other.path == section.path) continue;
        message += fmt::format("; it belongs in {}", other.path.empty() ? "the top level" : other.path);
        break;
      }
    }
    refuse(entry.at, "manifest.unknown_key", std::move(message), near);
  }

  void take_param(const std::string& path, const Node::Entry& entry) {
    if (!is_field_name(entry.key)) {
      refuse(entry.at, "manifest.unknown_key",
             fmt::format("{} is not a connection field: lower-case letters, digits and underscores", shown(entry.key)));
      return;
    }
    take_param_value(path, entry);
  }

  void take_param_value(const std::string& path, const Node::Entry& entry) {
    const Node& value = entry.value;
    if (value.kind != Node::Kind::kScalar || value.is_null()) {
      refuse(value.at, "manifest.wrong_type", fmt::format("{} must be text, not {}", path, value.kind_name()));
      return set_bad(path, entry.at);
    }
    if (is_secret_field(entry.key) && !is_variable_reference(value.text)) {
      // The value itself is never repeated.
      refuse(value.at, "connection.plain_secret",
             fmt::format("{} must name a variable: write {}: ${{SOME_VARIABLE}}", path, entry.key));
      return set_bad(path, entry.at);
    }
    set(path, Json(value.text), entry.at);
  }

  void set(const std::string& path, Json json, Position at) {
    const auto [found, is_new] = values_.try_emplace(path, Value{std::move(json), at});
    if (!is_new) {
      refuse(at, "manifest.duplicate_key",
             fmt::format("{} is given twice, also at line {}, once by an old spelling", path, found->second.at.line));
    }
  }

  void set_bad(const std::string& path, Position at) { values_.try_emplace(path, Value{{}, at, true}); }

  void wrong_type(const std::string& path, const Node& value, std::string_view expected) {
    refuse(value.at, "manifest.wrong_type",
           value.is_null() ? fmt::format("{} is empty; give a value, or remove the key", path)
                           : fmt::format("{} must be {}, not {}", path, expected, value.kind_name()));
  }

  void take(const OptionSpec& spec, const std::string& path, const Node::Entry& entry) {
    if (path.find(".params.") != std::string::npos) return take_param_value(path, entry);
    const Node& value = entry.value;
    const std::size_t before = problems_.size();
    std::optional<Json> json = convert(spec, path, value);
    if (json) return set(path, *std::move(json), entry.at);
    if (problems_.size() == before) wrong_type(path, value, "another value");
    set_bad(path, entry.at);
  }

  std::optional<Json> convert(const OptionSpec& spec, const std::string& path, const Node& value) {
    switch (spec.kind) {
      case OptionKind::kFlag:
        return convert_flag(path, value);
      case OptionKind::kText:
        return convert_text(path, value);
      case OptionKind::kPath:
        if (!looks_like_url(value.text)) return convert_text(path, value);
        return parsed(spec, path, value, value.text);
      case OptionKind::kChoice:
        return convert_choice(spec, path, value);
      case OptionKind::kNameList:
        return convert_names(path, value);
      case OptionKind::kTextMap:
        return convert_texts(spec, path, value);
      case OptionKind::kSpan:
        if (value.kind != Node::Kind::kScalar || value.is_null() || value.as_bool()) {
          wrong_type(path, value, "an integer, or a duration such as 2h");
          return std::nullopt;
        }
        return parsed(spec, path, value, value.text);
      case OptionKind::kInteger:
        if (!value.as_int()) {
          wrong_type(path, value,
                     value.is_quoted && value.kind == Node::Kind::kScalar ? "an integer without quotes" : "an integer");
          return std::nullopt;
        }
        return parsed(spec, path, value, std::to_string(*value.as_int()));
      case OptionKind::kDuration:
      case OptionKind::kBytes:
        if (value.kind != Node::Kind::kScalar || value.is_null() || value.as_bool()) {
          wrong_type(path, value,
                     spec.kind == OptionKind::kDuration ? "a duration such as 30s" : "a size such as 64MiB");
          return std::nullopt;
        }
        return parsed(spec, path, value, value.text);
    }
    return std::nullopt;
  }

  std::optional<Json> parsed(const OptionSpec& spec, const std::string& path, const Node& value,
                             std::string_view text) {
    Result<Json> result = parse_option(spec, text);
    if (result) return *std::move(result);
    refuse(value.at, "manifest.bad_value", fmt::format("{}: {}", path, result.error().message()));
    return std::nullopt;
  }

  std::optional<Json> convert_flag(const std::string& path, const Node& value) {
    if (const auto flag = value.as_bool()) return Json(*flag);
    static constexpr std::pair<std::string_view, bool> kWords[] = {{"yes", true}, {"on", true},   {"y", true},
                                                                   {"no", false}, {"off", false}, {"n", false}};
    std::string lower = value.text;
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    for (const auto& [word, meaning] : kWords) {
      if (lower != word || value.kind != Node::Kind::kScalar) continue;
      refuse(value.at, "manifest.wrong_type",
             fmt::format("{}: {} is text in YAML 1.2, not a Boolean; write {}", path, value.text, meaning));
      return std::nullopt;
    }
    wrong_type(path, value, "true or false");
    return std::nullopt;
  }

  std::optional<Json> convert_text(const std::string& path, const Node& value) {
    if (value.kind == Node::Kind::kMapping && path == "source.options.query") {
      refuse(value.at, "manifest.wrong_type",
             "source.options.query takes the SQL text itself; write query: SELECT ...");
      return std::nullopt;
    }
    if (!value.is_text()) {
      const bool is_plain = value.kind == Node::Kind::kScalar && !value.is_null();
      wrong_type(path, value, is_plain ? "text; put the value in quotes" : "text");
      return std::nullopt;
    }
    return checked_text(path, value);
  }

  std::optional<Json> checked_text(const std::string& path, const Node& value) {
    if (value.text.find('\0') != std::string::npos) {
      refuse(value.at, "manifest.bad_value", fmt::format("{} has a zero byte", path));
      return std::nullopt;
    }
    if (value.text.empty()) {
      refuse(value.at, "manifest.bad_value",
             value.is_block ? fmt::format("{} is an empty block; put a value that begins with > or | in quotes", path)
                            : fmt::format("{} is an empty text; give a value, or remove the key", path));
      return std::nullopt;
    }
    return Json(value.text);
  }

  std::optional<Json> convert_choice(const OptionSpec& spec, const std::string& path, const Node& value) {
    if (!value.is_text()) {
      wrong_type(path, value, "text");
      return std::nullopt;
    }
    std::vector<std::string> choices;
    for (const std::string_view choice : option_choices(spec)) choices.emplace_back(choice);
    if (spec.choices.empty()) {
      for (const std::string_view choice : choices_of(path, schemas_)) choices.emplace_back(choice);
    }
    if (contains(choices, value.text)) return Json(value.text);
    if (path == "sink.strategy.mode") return refuse_mode(value, choices);
    const std::string list = fmt::format("{}", fmt::join(choices, ", "));
    if (path.ends_with("connection_type") && (value.text == "airflow" || value.text == "vault")) {
      refuse(value.at, "manifest.not_available",
             fmt::format("connection_type {} is not available in this build, which has {}", value.text, list));
    } else if (path == "state.type") {
      refuse(value.at, "manifest.not_available",
             fmt::format("the state store {} is not available in this build, which has {}", shown(value.text), list));
    } else {
      refuse(value.at, "manifest.bad_value",
             fmt::format("{}: {} is not one of {}", path, json_quote(shown(value.text)), list),
             nearest_name(value.text, choices));
    }
    return std::nullopt;
  }

  std::optional<Json> refuse_mode(const Node& value, const std::vector<std::string>& available) {
    const std::vector<std::string> names(known_modes().begin(), known_modes().end());
    const std::string list = fmt::format("{}", fmt::join(available, ", "));
    if (contains(names, value.text)) {
      refuse(value.at, "strategy.not_available",
             fmt::format("the strategy {} is not available in this build, which has {}", value.text, list));
    } else {
      refuse(value.at, "strategy.unknown",
             fmt::format("{} is not a strategy; this build has {}", json_quote(shown(value.text)), list),
             nearest_name(value.text, names));
    }
    return std::nullopt;
  }

  std::optional<Json> convert_names(const std::string& path, const Node& value) {
    if (value.is_text()) {
      const auto one = checked_text(path, value);
      return one ? std::optional(Json(Json::Array{*one})) : std::nullopt;
    }
    if (value.kind != Node::Kind::kSequence) {
      wrong_type(path, value, "a name or a list of names");
      return std::nullopt;
    }
    if (value.items.empty()) {
      refuse(value.at, "manifest.bad_value",
             fmt::format("{} is an empty list; name a column, or remove the key", path));
      return std::nullopt;
    }
    Json names = Json::array();
    std::set<std::string> seen;
    bool is_good = true;
    for (const Node& item : value.items) {
      std::optional<Json> name;
      if (item.is_text()) {
        name = checked_text(path, item);
      } else {
        wrong_type(path, item, item.kind == Node::Kind::kScalar ? "names; put this name in quotes" : "a list of names");
      }
      if (name && !seen.insert(item.text).second) {
        refuse(item.at, "manifest.bad_value", fmt::format("{} names {} twice", path, shown(item.text)));
        name.reset();
      }
      if (!name) {
        is_good = false;
      } else {
        names.push(*std::move(name));
      }
    }
    return is_good ? std::optional(std::move(names)) : std::nullopt;
  }

  // A number or boolean of a mapping that takes them is its text.
  std::optional<Json> convert_entry(const OptionSpec& spec, const std::string& path, const Node& value) {
    if (!spec.takes_scalars) return convert_text(path, value);
    if (value.kind == Node::Kind::kScalar && !value.is_null()) return checked_text(path, value);
    if (value.kind != Node::Kind::kSequence) {
      wrong_type(path, value, "a text, number or boolean");
      return std::nullopt;
    }
    std::string list;
    for (const Node& item : value.items) {
      list += (list.empty() ? "" : ", ") + (item.kind == Node::Kind::kScalar ? item.text : "...");
    }
    refuse(value.at, "manifest.wrong_type",
           fmt::format("{} must be one text, not a list: write {}: in ({})", path, path.substr(path.rfind('.') + 1),
                       list));
    return std::nullopt;
  }

  std::optional<Json> convert_texts(const OptionSpec& spec, const std::string& path, const Node& value) {
    if (value.kind != Node::Kind::kMapping) {
      wrong_type(path, value, "a mapping of names to texts");
      return std::nullopt;
    }
    Json texts = Json::object();
    bool is_good = true;
    for (const Node::Entry& entry : value.entries) {
      const auto text = convert_entry(spec, join(path, shown(entry.key)), entry.value);
      if (entry.key.empty()) refuse(entry.at, "manifest.bad_value", fmt::format("{} has an empty name", path));
      is_good = is_good && text && !entry.key.empty();
      if (is_good) texts.set(entry.key, *text);
    }
    return is_good ? std::optional(std::move(texts)) : std::nullopt;
  }

  void check_text_rules() {
    for (const TextRule& rule : text_rules()) {
      const auto found = values_.find(rule.path);
      if (found == values_.end() || found->second.is_bad) continue;
      const std::string& text = found->second.json.as_string();
      const Position at = found->second.at;
      if ((rule.max_length != 0 && text.size() > rule.max_length) || text.size() < rule.min_length) {
        refuse(at, "manifest.bad_value",
               fmt::format("{} has {} characters; {} to {} are allowed", rule.path, text.size(), rule.min_length,
                           rule.max_length));
      } else if (rule.accepts != nullptr && !rule.accepts(text)) {
        refuse(at, "manifest.bad_value",
               fmt::format("{}: {} may have only {}", rule.path, json_quote(shown(text)), rule.meaning));
      }
    }
  }

  // Where to point for a key that is missing in `section`.
  std::optional<Position> place_of(const std::string& section) const {
    const auto found = sections_seen_.find(section);
    if (found == sections_seen_.end()) return std::nullopt;
    return found->second;
  }

  void check_missing() {
    for (const SectionSpec& section : sections()) {
      const std::string path(section.path);
      const auto at = place_of(path);
      if (!at) {
        const auto parent = place_of(parent_of(path));
        if (section.is_required && parent && bad_sections_.count(parent_of(path)) == 0) {
          refuse(*parent, "manifest.missing_key", fmt::format("{} is missing", path));
        }
        continue;
      }
      if (bad_sections_.count(path) != 0) continue;
      for (const OptionSpec& spec : section.keys) {
        const std::string key = join(path, spec.name);
        if (spec.is_required && values_.count(key) == 0) {
          refuse(*at, "manifest.missing_key", fmt::format("{} is missing", key));
        }
      }
      for (const OptionSpec& spec : more_keys(path)) {
        const std::string key = join(path, spec.name);
        if (spec.is_required && values_.count(key) == 0 && !path.ends_with(".params")) {
          refuse(*at, "manifest.missing_key", fmt::format("{} is missing", key));
        }
      }
    }
  }

  const Value* given(std::string_view path) const {
    const auto found = values_.find(path);
    return found == values_.end() ? nullptr : &found->second;
  }

  void check_meaning() {
    for (const std::string end : {"source", "sink"}) check_connection(end);
    const Value* query = given("source.options.query");
    const bool has_table = sections_seen_.count("source.table") != 0;
    if (query != nullptr && has_table) {
      refuse(query->at, "manifest.conflict", "source.options.query and source.table exclude each other; keep one");
    }
    if (query == nullptr && !has_table && !has_path("source") && tree_.is_complete && place_of("source") &&
        bad_sections_.count("source") == 0) {
      refuse(*place_of("source"), "manifest.missing_key", "source.table is missing (or source.options.query)");
    }
    if (!has_path("sink") && sections_seen_.count("sink.table") == 0 && tree_.is_complete && place_of("sink") &&
        bad_sections_.count("sink") == 0) {
      refuse(*place_of("sink"), "manifest.missing_key", "sink.table is missing");
    }
    for (const std::string end : {"source", "sink"}) check_path(end);
    check_state();
    check_strategy();
    for (const std::string_view key : {"where", "columns", "exclude", "limit"}) {
      const Value* other = given(join("source.options", key));
      if (query != nullptr && other != nullptr) {
        refuse(other->at, "manifest.conflict",
               fmt::format("source.options.{} requires a table; with a query, write it in the query", key));
      }
    }
    const Value* exclude = given("source.options.exclude");
    if (exclude != nullptr && given("source.options.columns") != nullptr) {
      refuse(exclude->at, "manifest.conflict", "source.options.columns and exclude exclude each other; keep one");
    }
  }

  // The end's rows are found by a path.
  bool has_path(const std::string& end) const {
    const auto found = endpoint_.find(end);
    return found != endpoint_.end() && found->second != nullptr && found->second->has_path;
  }

  void check_path(const std::string& end) {
    const auto found = endpoint_.find(end);
    if (found == endpoint_.end() || found->second == nullptr) return;
    const std::string_view type = found->second->type;
    const Value* path = given(end + ".path");
    if (!found->second->has_path) {
      if (path != nullptr) {
        refuse(path->at, "manifest.conflict",
               fmt::format("{}.path requires type: {}; {} has tables", end,
                           types_that([](const EndpointSchema& schema) { return schema.has_path; }), type));
      }
      return;
    }
    if (path == nullptr && tree_.is_complete) {
      refuse(*place_of(end), "manifest.missing_key", fmt::format("{}.path is missing", end));
    }
    for (const char* key : {".connection_type", ".connection_id"}) {
      const Value* other = given(end + key);
      if (other == nullptr) continue;
      refuse(other->at, "manifest.conflict",
             fmt::format("{}{} has no effect with type: {}; remove it", end, key, type));
    }
    for (const char* section : {".params", ".table"}) {
      const auto at = place_of(end + section);
      if (!at) continue;
      refuse(*at, "manifest.conflict", fmt::format("{}{} has no effect with type: {}; remove it", end, section, type));
    }
  }

  void check_state() {
    const Value* type = given("state.type");
    if (type == nullptr || type->is_bad) return;
    const auto takes_connection = [](const EndpointSchema& schema) { return schema.state == StatePlace::kConnection; };
    const EndpointSchema* const schema = find_schema(type->json.as_string());
    if (schema != nullptr && takes_connection(*schema)) {
      if (given("state.connection_type") == nullptr && tree_.is_complete) {
        refuse(type->at, "manifest.missing_key", "state.connection_type is missing");
      }
      return check_connection("state");
    }
    for (const char* key : {"state.connection_type", "state.connection_id", "state.schema"}) {
      const Value* other = given(key);
      if (other == nullptr) continue;
      refuse(other->at, "manifest.conflict",
             fmt::format("{} requires state.type: {}; remove it", key, types_that(takes_connection)));
    }
  }

  // What a mode needs, as far as the file alone can tell.
  void check_strategy() {
    if (!tree_.is_complete || given("sink.strategy.mode") == nullptr) return;
    const bool has_bad =
        std::any_of(values_.begin(), values_.end(), [](const auto& entry) { return entry.second.is_bad; });
    if (has_bad) return;
    for (RuleProblem& problem : strategy_problems(build(), schemas_.strategies)) {
      const Value* const value = given(problem.path);
      if (value != nullptr) refuse(value->at, problem.slug, std::move(problem.message));
    }
  }

  void check_connection(const std::string& end) {
    const Value* type = given(end + ".connection_type");
    if (type == nullptr && !has_path(end) && endpoint_.count(end) != 0 && tree_.is_complete && place_of(end) &&
        bad_sections_.count(end) == 0) {
      refuse(*place_of(end), "manifest.missing_key", fmt::format("{}.connection_type is missing", end));
    }
    if (type == nullptr || type->is_bad) return;
    const bool has_params = sections_seen_.count(end + ".params") != 0;
    const Value* id = given(end + ".connection_id");
    if (type->json.as_string() == "env") {
      if (has_params) {
        refuse(*place_of(end + ".params"), "manifest.conflict",
               fmt::format("{}.params requires connection_type: params; with env, remove it", end));
      }
      if (id == nullptr && tree_.is_complete) {
        refuse(type->at, "manifest.missing_key",
               fmt::format("{}.connection_id is missing; with env it names the variables DPONE_CONN_<ID>_...", end));
      }
    } else if (!has_params && tree_.is_complete) {
      refuse(type->at, "manifest.missing_key",
             fmt::format("{}.params is missing; with connection_type: params it contains host, database, ...", end));
    }
  }

  std::string text(std::string_view path) const {
    const Value* value = given(path);
    return value == nullptr ? std::string() : value->json.as_string();
  }

  Options options(std::string_view section, std::span<const OptionSpec> common) const {
    Options out(common, more_keys(section));
    const std::string prefix = std::string(section) + ".";
    for (const auto& [path, value] : values_) {
      if (path.starts_with(prefix)) out.set(path.substr(prefix.size()), value.json);
    }
    return out;
  }

  Endpoint endpoint(const std::string& end) const {
    Endpoint out;
    out.type = text(end + ".type");
    out.connection_type = text(end + ".connection_type");
    out.connection_id = text(end + ".connection_id");
    out.path = text(end + ".path");
    out.table = {text(end + ".table.schema"), text(end + ".table.name")};
    out.options = options(end + ".options", end == "source" ? common_source_options() : common_sink_options());
    out.params = params(end);
    return out;
  }

  std::map<std::string, std::string, std::less<>> params(const std::string& end) const {
    std::map<std::string, std::string, std::less<>> out;
    const std::string prefix = end + ".params.";
    for (const auto& [path, value] : values_) {
      if (path.starts_with(prefix)) out.emplace(path.substr(prefix.size()), value.json.as_string());
    }
    return out;
  }

  Strategy strategy() const {
    Strategy out;
    out.mode = text("sink.strategy.mode");
    const StrategySpec* const spec = find_strategy(schemas_.strategies, out.mode);
    out.options = Options(common_strategy_options(), spec == nullptr ? std::span<const OptionSpec>() : spec->options);
    for (const OptionSpec& key : strategy_keys_) {
      const Value* const value = given(join("sink.strategy", key.name));
      if (value != nullptr) out.options.set(std::string(key.name), value->json);
    }
    return out;
  }

  Manifest build() const {
    Manifest manifest;
    manifest.name = text("name");
    manifest.description = text("description");
    manifest.source = endpoint("source");
    manifest.sink = endpoint("sink");
    manifest.strategy = strategy();
    manifest.state = {text("state.type"), text("state.connection_type"), text("state.connection_id"), params("state"),
                      text("state.schema")};
    manifest.runtime = options("runtime", runtime_options());
    manifest.quality = options("quality", quality_options());
    return manifest;
  }

  const YamlTree& tree_;
  const Schemas& schemas_;
  ReadOutcome& outcome_;
  const std::vector<OptionSpec> strategy_keys_;
  std::vector<Problem> problems_;
  std::map<std::string, const EndpointSchema*, std::less<>> endpoint_;
  std::map<std::string, Value, std::less<>> values_;
  std::map<std::string, Position> sections_seen_;
  std::set<std::string> bad_sections_;
};

}  // namespace

std::string to_line(const Problem& problem, std::string_view file) {
  std::string line = without_control_characters(file);
  if (problem.at.line != 0) line += fmt::format(":{}:{}", problem.at.line, problem.at.column);
  line += ": " + without_control_characters(problem.message);
  if (!problem.suggestion.empty()) line += fmt::format("; did you mean {}?", problem.suggestion);
  return line;
}

std::string ReadOutcome::problem_lines() const {
  std::string out;
  for (const Problem& problem : problems) out += (out.empty() ? "" : "\n") + to_line(problem, file);
  if (more_problems != 0) out += fmt::format("\nand {} more", more_problems);
  return out;
}

std::vector<std::string> ReadOutcome::notice_lines() const {
  std::vector<std::string> lines;
  for (const Problem& notice : notices) lines.push_back(to_line(notice, file));
  return lines;
}

Error ReadOutcome::to_error() const {
  const std::size_t count = problems.size() + more_problems;
  const bool is_read = problems.empty() || !problems[0].slug.starts_with("file.");
  const char* next = is_read ? "correct the manifest; docs/formats/manifest.md lists its keys"
                             : "give the path of a manifest; `dpone copy ... --print-manifest` writes one";
  if (count == 1) return Error(ErrorClass::kUsage, problems[0].slug, problem_lines()).hint(next);
  return Error(ErrorClass::kUsage, "manifest.invalid",
               fmt::format("the manifest has {} problems\n{}", count, problem_lines()))
      .hint(next);
}

ReadOutcome read_manifest_text(std::string_view text, std::string file, const Schemas& schemas) {
  ReadOutcome outcome;
  outcome.file = std::move(file);
  const YamlTree tree = read_yaml(text);
  Reader(tree, schemas, outcome).run();
  return outcome;
}

ReadOutcome read_manifest(const std::filesystem::path& path, const Schemas& schemas) {
  const Result<std::string> text = read_file(path, YamlLimits{}.max_bytes);
  if (!text) {
    ReadOutcome outcome;
    outcome.file = path.string();
    // The limit applies to the whole manifest.
    const bool is_limit = text.error().slug() == "file.too_big";
    outcome.problems.push_back({{}, is_limit ? "manifest.too_big" : text.error().slug(), text.error().message(), {}});
    return outcome;
  }
  ReadOutcome outcome = read_manifest_text(*text, path.string(), schemas);
  if (outcome.manifest) outcome.manifest->file = path;
  return outcome;
}

Result<Manifest> load_manifest(const std::filesystem::path& path, const Schemas& schemas) {
  ReadOutcome outcome = read_manifest(path, schemas);
  if (!outcome.ok()) return outcome.to_error();
  return *std::move(outcome.manifest);
}

}  // namespace dpone::manifest
