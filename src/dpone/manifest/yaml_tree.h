// A YAML text as a tree with the position of each node, read from libyaml's events. It refuses unsafe or ambiguous
// constructs, with their positions: more than one document, tags, merge keys, duplicate keys, keys that are not text,
// and anything past the limits. Spec: docs/formats/manifest.md, "YAML". A tree owns its nodes; values only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dpone::manifest {

struct Position {
  int line = 0;    // from 1; 0: the file as a whole
  int column = 0;  // from 1, in characters
  friend bool operator==(const Position&, const Position&) = default;
  friend bool operator<(const Position& a, const Position& b) {
    return a.line != b.line ? a.line < b.line : a.column < b.column;
  }
};

// An error at a position of a file. `slug` is stable and dotted; `suggestion` is a known name, or empty.
struct Problem {
  Position at;
  std::string slug;
  std::string message;
  std::string suggestion = {};
};

struct Node {
  enum class Kind { kScalar, kMapping, kSequence };
  struct Entry;

  Kind kind = Kind::kScalar;
  Position at;
  std::string text;            // scalars: the value after YAML's unescaping
  bool is_quoted = false;      // scalars: quoted or a block, thus always text
  bool is_block = false;       // scalars: after `|` or `>`
  std::vector<Entry> entries;  // mappings, in file order, keys unique
  std::vector<Node> items;     // sequences

  // What YAML 1.2's core schema says of a scalar. All false for other kinds.
  bool is_null() const;
  bool is_text() const;
  std::optional<bool> as_bool() const;
  std::optional<std::int64_t> as_int() const;
  // Entry of a mapping, or null.
  const Entry* find(std::string_view key) const;
  // `text`, `a number`, `true or false`, `empty`, `a mapping`, `a list`: for messages.
  std::string_view kind_name() const;
};

struct Node::Entry {
  std::string key;
  Position at;
  Node value;
};

struct YamlLimits {
  std::size_t max_bytes = std::size_t{4} << 20;
  int max_depth = 64;
  std::size_t max_nodes = 10'000;  // after alias expansion; keys count
};

struct YamlTree {
  std::optional<Node> root;  // the part before a syntax error or a limit, if any
  std::vector<Problem> problems;
  bool is_complete = false;  // false: a syntax error or a limit ended the reading
};

YamlTree read_yaml(std::string_view text, const YamlLimits& limits = {});

}  // namespace dpone::manifest
