#include "dpone/manifest/yaml_tree.h"

#include <fmt/format.h>
#include <yaml.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <set>

#include "dpone/base/utf8.h"

namespace dpone::manifest {
namespace {

Position position(const yaml_mark_t& mark) {
  return {static_cast<int>(std::min<std::size_t>(mark.line, INT32_MAX - 1)) + 1,
          static_cast<int>(std::min<std::size_t>(mark.column, INT32_MAX - 1)) + 1};
}

std::string_view view(const yaml_char_t* text, std::size_t size) { return {reinterpret_cast<const char*>(text), size}; }

std::string_view view(const yaml_char_t* text) { return reinterpret_cast<const char*>(text); }

std::optional<Problem> check_text(std::string_view text) {
  Position at{1, 1};
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text.substr(i));
    if (length == 0 || text[i] == '\0') {
      return Problem{
          at, "manifest.not_text",
          fmt::format("not a UTF-8 text: byte 0x{:02x} at offset {}", static_cast<unsigned char>(text[i]), i)};
    }
    if (text[i] == '\n') {
      at = {at.line + 1, 1};
    } else {
      ++at.column;
    }
    i += length;
  }
  return std::nullopt;
}

std::size_t node_count(const Node& node) {
  std::size_t count = 1;
  for (const Node::Entry& entry : node.entries) count += 1 + node_count(entry.value);
  for (const Node& item : node.items) count += node_count(item);
  return count;
}

int height(const Node& node) {
  int below = 0;
  for (const Node::Entry& entry : node.entries) below = std::max(below, height(entry.value));
  for (const Node& item : node.items) below = std::max(below, height(item));
  return below + (node.kind == Node::Kind::kScalar ? 0 : 1);
}

struct ParserDelete {
  void operator()(yaml_parser_t* parser) const {
    yaml_parser_delete(parser);
    delete parser;
  }
};

class Event {
 public:
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&raw); }
  yaml_event_t raw{};
};

// Builds the tree. `stack_` holds the open mappings and sequences; each has the key that waits for its value.
class TreeBuilder {
 public:
  TreeBuilder(std::string_view text, const YamlLimits& limits) : text_(text), limits_(limits) {}

  YamlTree run() {
    if (text_.size() > limits_.max_bytes) {
      fail({}, "manifest.too_big", fmt::format("is bigger than the limit of {} bytes", limits_.max_bytes));
      return std::move(tree_);
    }
    if (auto problem = check_text(text_)) {
      tree_.problems.push_back(std::move(*problem));
      return std::move(tree_);
    }
    std::unique_ptr<yaml_parser_t, ParserDelete> parser(new yaml_parser_t{});
    if (yaml_parser_initialize(parser.get()) == 0) {
      fail({}, "internal", "the YAML parser cannot be created");
      return std::move(tree_);
    }
    yaml_parser_set_encoding(parser.get(), YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(parser.get(), reinterpret_cast<const unsigned char*>(text_.data()), text_.size());
    while (!is_over_) {
      Event event;
      if (yaml_parser_parse(parser.get(), &event.raw) == 0) {
        syntax_error(*parser);
        break;
      }
      take(event.raw);
    }
    while (!stack_.empty()) close();  // after an error: the part read so far
    if (tree_.is_complete && !tree_.root) {
      tree_.problems.push_back({{1, 1}, "manifest.empty", "the file is empty; a manifest is a mapping of keys"});
      tree_.is_complete = false;
    }
    return std::move(tree_);
  }

 private:
  struct Level {
    Node node;
    std::string anchor;
    std::optional<Node::Entry> key;  // of a mapping, waiting for its value
    std::set<std::string, std::less<>> seen = {};
    bool is_skipped = false;  // the value of a refused key: read, but not kept
  };

  void fail(Position at, std::string slug, std::string message) {
    tree_.problems.push_back({at, std::move(slug), std::move(message)});
    tree_.is_complete = false;
    is_over_ = true;
  }

  void refuse(Position at, std::string slug, std::string message) {
    tree_.problems.push_back({at, std::move(slug), std::move(message)});
  }

  void syntax_error(const yaml_parser_t& parser) {
    Position at = position(parser.problem_mark);
    std::string message = "not valid YAML";
    if (parser.problem != nullptr) message += fmt::format(": {}", parser.problem);
    if (parser.context != nullptr) {
      message += fmt::format(", {}", parser.context);
      if (parser.context_mark.line + 1 != static_cast<std::size_t>(at.line)) {
        message += fmt::format(" that began at line {}", parser.context_mark.line + 1);
      }
    }
    const char byte = parser.problem_mark.index < text_.size() ? byte_at(at) : '\0';
    if (byte == '\t') message += "; YAML is indented by spaces, but this line has a tab";
    if (parser.context != nullptr && std::string_view(parser.context).find("block scalar") != std::string_view::npos) {
      message += "; put a value that begins with > or | in quotes";
    } else if (byte == '@' || byte == '`' || byte == '%') {
      message += fmt::format("; put a value that begins with {} in quotes", byte);
    }
    if (parser.error == YAML_READER_ERROR) {
      at = position_of_offset(parser.problem_offset);
      message += fmt::format(" (character U+{:04X})", static_cast<unsigned>(std::max(parser.problem_value, 0)));
    }
    fail(at, "manifest.syntax", std::move(message));
  }

  char byte_at(Position at) const {
    std::size_t i = 0;
    for (int line = 1; line < at.line && i < text_.size(); ++i) line += text_[i] == '\n' ? 1 : 0;
    for (int column = 1; column < at.column && i < text_.size(); ++column) i += utf8_length(text_.substr(i));
    return i < text_.size() ? text_[i] : '\0';
  }

  Position position_of_offset(std::size_t offset) const {
    Position at{1, 1};
    for (std::size_t i = 0; i < std::min(offset, text_.size()); i += utf8_length(text_.substr(i))) {
      at = text_[i] == '\n' ? Position{at.line + 1, 1} : Position{at.line, at.column + 1};
    }
    return at;
  }

  void take(const yaml_event_t& event) {
    const Position at = position(event.start_mark);
    switch (event.type) {
      case YAML_DOCUMENT_START_EVENT:
        if (has_document_) {
          fail(at, "manifest.syntax", "a second document begins here; a manifest file contains one");
        } else if (event.data.document_start.tag_directives.start != event.data.document_start.tag_directives.end) {
          fail(at, "manifest.tag", "%TAG directives are not used in manifests; remove it");
        }
        has_document_ = true;
        break;
      case YAML_STREAM_END_EVENT:
        tree_.is_complete = !is_over_;
        is_over_ = true;
        break;
      case YAML_SCALAR_EVENT:
        take_scalar(event, at);
        break;
      case YAML_ALIAS_EVENT:
        take_alias(event, at);
        break;
      case YAML_MAPPING_START_EVENT:
        open(Node::Kind::kMapping, at, event.data.mapping_start.anchor, event.data.mapping_start.tag);
        break;
      case YAML_SEQUENCE_START_EVENT:
        open(Node::Kind::kSequence, at, event.data.sequence_start.anchor, event.data.sequence_start.tag);
        break;
      case YAML_MAPPING_END_EVENT:
      case YAML_SEQUENCE_END_EVENT:
        close();
        break;
      default:
        break;
    }
  }

  bool is_key_expected() const {
    return !stack_.empty() && stack_.back().node.kind == Node::Kind::kMapping && !stack_.back().key;
  }

  // Counts `nodes` more; false when that is past the limit.
  bool count(std::size_t nodes, Position at) {
    nodes_ += nodes;
    if (nodes_ <= limits_.max_nodes) return true;
    fail(at, "manifest.too_many_nodes",
         fmt::format("has more than {} values, with aliases expanded", limits_.max_nodes));
    return false;
  }

  void check_tag(const yaml_char_t* tag, Position at) {
    if (tag == nullptr) return;
    refuse(at, "manifest.tag",
           fmt::format("the tag {} is not used in manifests; remove it, and quote the value if it must be text",
                       std::string(view(tag)).substr(0, 64)));
  }

  void take_scalar(const yaml_event_t& event, Position at) {
    const auto& scalar = event.data.scalar;
    if (!count(1, at)) return;
    check_tag(scalar.tag, at);
    Node node;
    node.at = at;
    node.text = view(scalar.value, scalar.length);
    node.is_quoted = scalar.style != YAML_PLAIN_SCALAR_STYLE;
    node.is_block = scalar.style == YAML_LITERAL_SCALAR_STYLE || scalar.style == YAML_FOLDED_SCALAR_STYLE;
    if (is_key_expected()) {
      if (scalar.anchor != nullptr) refuse(at, "manifest.anchor", "an anchor on a key is not used in manifests");
      take_key(std::move(node));
      return;
    }
    if (scalar.anchor != nullptr) anchors_.insert_or_assign(std::string(view(scalar.anchor)), node);
    add(std::move(node));
  }

  void take_key(Node node) {
    Level& level = stack_.back();
    if (node.text == "<<" && !node.is_quoted) {
      refuse(node.at, "manifest.merge_key",
             "merge keys (<<) are not part of YAML 1.2; write the keys out, or use an alias for a whole value");
      level.is_skipped = true;
    } else if (!level.seen.insert(node.text).second) {
      const Node::Entry* first = level.node.find(node.text);
      refuse(node.at, "manifest.duplicate_key",
             first == nullptr ? fmt::format("the key {} is given twice", node.text)
                              : fmt::format("the key {} is given twice, first at line {}", node.text, first->at.line));
      level.is_skipped = true;
    }
    const Position at = node.at;
    level.key = Node::Entry{std::move(node.text), at, {}};
  }

  void take_alias(const yaml_event_t& event, Position at) {
    const std::string name(view(event.data.alias.anchor));
    if (is_key_expected()) {
      fail(at, "manifest.key_not_text", fmt::format("the alias *{} is used as a key", name));
      return;
    }
    for (const Level& level : stack_) {
      if (level.anchor == name) {
        fail(at, "manifest.alias", fmt::format("the alias *{} is inside the value that it names", name));
        return;
      }
    }
    const auto found = anchors_.find(name);
    if (found == anchors_.end()) {
      fail(at, "manifest.alias", fmt::format("the alias *{} has no anchor &{} before it", name, name));
      return;
    }
    // Sizes are checked before anything is copied: a few lines of nested aliases would fill the memory.
    if (!count(node_count(found->second), at)) return;
    if (!check_depth(static_cast<int>(stack_.size()) + height(found->second), at)) return;
    Node copy = found->second;
    copy.at = at;
    add(std::move(copy));
  }

  bool check_depth(int depth, Position at) {
    if (depth <= limits_.max_depth) return true;
    fail(at, "manifest.too_deep", fmt::format("is nested more than {} levels deep", limits_.max_depth));
    return false;
  }

  void open(Node::Kind kind, Position at, const yaml_char_t* anchor, const yaml_char_t* tag) {
    if (!count(1, at) || !check_depth(static_cast<int>(stack_.size()) + 1, at)) return;
    if (is_key_expected()) {
      fail(at, "manifest.key_not_text", "a key must be text, not a mapping or a list");
      return;
    }
    check_tag(tag, at);
    Level level;
    level.node.kind = kind;
    level.node.at = at;
    if (anchor != nullptr) level.anchor = view(anchor);
    stack_.push_back(std::move(level));
  }

  void close() {
    Level level = std::move(stack_.back());
    stack_.pop_back();
    if (!level.anchor.empty()) anchors_.insert_or_assign(level.anchor, level.node);
    add(std::move(level.node));
  }

  void add(Node node) {
    if (stack_.empty()) {
      if (node.kind == Node::Kind::kScalar && node.is_null()) return;  // nothing but comments
      tree_.root = std::move(node);
      return;
    }
    Level& level = stack_.back();
    if (level.node.kind == Node::Kind::kSequence) {
      level.node.items.push_back(std::move(node));
      return;
    }
    if (!level.key) return;  // closing after an error, before the key came
    if (!level.is_skipped) {
      level.key->value = std::move(node);
      level.node.entries.push_back(std::move(*level.key));
    }
    level.key.reset();
    level.is_skipped = false;
  }

  std::string_view text_;
  const YamlLimits limits_;
  YamlTree tree_;
  std::vector<Level> stack_;
  std::map<std::string, Node, std::less<>> anchors_;
  std::size_t nodes_ = 0;
  bool has_document_ = false;
  bool is_over_ = false;
};

// YAML 1.2.2 §10.3.2, the core schema's numbers.
bool looks_like_float(std::string_view text) {
  if (text == ".nan" || text == ".NaN" || text == ".NAN") return true;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  if (text == ".inf" || text == ".Inf" || text == ".INF") return true;
  std::size_t digits = 0;
  const auto take_digits = [&] {
    while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
      text.remove_prefix(1);
      ++digits;
    }
  };
  take_digits();
  if (!text.empty() && text[0] == '.') {
    text.remove_prefix(1);
    take_digits();
  }
  if (digits == 0) return false;
  if (text.empty()) return true;
  if (text[0] != 'e' && text[0] != 'E') return false;
  text.remove_prefix(1);
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool looks_like_radix_int(std::string_view text) {
  const auto all = [&](auto is_digit) {
    return text.size() > 2 && std::all_of(text.begin() + 2, text.end(), is_digit);
  };
  if (text.starts_with("0o")) return all([](char c) { return c >= '0' && c <= '7'; });
  if (text.starts_with("0x")) return all([](unsigned char c) { return std::isxdigit(c) != 0; });
  return false;
}

}  // namespace

bool Node::is_null() const {
  if (kind != Kind::kScalar || is_quoted) return false;
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

std::optional<bool> Node::as_bool() const {
  if (kind != Kind::kScalar || is_quoted) return std::nullopt;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  return std::nullopt;
}

std::optional<std::int64_t> Node::as_int() const {
  if (kind != Kind::kScalar || is_quoted || text.empty()) return std::nullopt;
  std::string_view digits = text;
  int base = 10;
  if (looks_like_radix_int(digits)) {
    base = digits[1] == 'o' ? 8 : 16;
    digits.remove_prefix(2);
  } else if (digits[0] == '+') {
    digits.remove_prefix(1);
    if (digits.starts_with('-')) return std::nullopt;
  }
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

bool Node::is_text() const {
  if (kind != Kind::kScalar) return false;
  return is_quoted || !(is_null() || as_bool() || as_int() || looks_like_float(text) || looks_like_radix_int(text));
}

const Node::Entry* Node::find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

std::string_view Node::kind_name() const {
  switch (kind) {
    case Kind::kMapping:
      return "a mapping";
    case Kind::kSequence:
      return "a list";
    case Kind::kScalar:
      break;
  }
  if (is_null()) return "empty";
  if (as_bool()) return "true or false";
  return is_text() ? "text" : "a number";
}

YamlTree read_yaml(std::string_view text, const YamlLimits& limits) { return TreeBuilder(text, limits).run(); }

}  // namespace dpone::manifest
