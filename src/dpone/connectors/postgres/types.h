// PostgreSQL's types: what a server says of them (TypeCatalog), their logical type, and whether their binary form may
// be passed from one server to another (semantics §4). Values; no I/O.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/json.h"
#include "dpone/data/type.h"

namespace dpone::postgres {

using Oid = std::uint32_t;

struct TypeAttribute {
  std::string name;
  Oid type = 0;
  int typmod = -1;
  std::string formatted;
};

struct TypeInfo {
  Oid oid = 0;
  std::string schema;
  std::string name;
  std::string formatted;  // format_type(oid, NULL)
  char type = 'b';        // pg_type.typtype: b, c, d, e, p, r, m
  char category = 'U';
  Oid element = 0;  // arrays
  Oid base = 0;     // domains
  int base_typmod = -1;
  std::string base_formatted;
  bool is_not_null = false;               // domains
  std::string default_text;               // domains
  std::string collation;                  // domains: only if it differs from the base type's
  std::vector<std::string> checks;        // domains: `CONSTRAINT "name" CHECK (...)`
  std::vector<std::string> labels;        // enums, in order
  Oid subtype = 0;                        // ranges and multiranges
  std::string multirange;                 // ranges since 14: its quoted name
  std::string range_options;              // ranges: operator class, collation, canonical and difference functions
  std::vector<TypeAttribute> attributes;  // composites
  std::string extension;                  // `hstore 1.8`
  std::string definition;                 // a user's base types: layout and functions, as JSON
  bool has_binary_form = true;            // send and receive functions

  // The same OID and the same values on every server. What initdb makes (the types of information_schema) is not.
  bool is_builtin() const { return oid < 10000; }
};

class TypeCatalog {
 public:
  // Built-in types that are plain need no more than the server's version (180001).
  explicit TypeCatalog(int server_version = 0) : server_version_(server_version) {}
  // Reads the array that type_closure_sql() selects; `lc_monetary` as the session has it.
  static TypeCatalog from_json(const Json& types, std::string lc_monetary, int server_version);

  const TypeInfo* find(Oid oid) const;
  const TypeInfo* find(std::string_view schema, std::string_view name) const;
  const std::map<Oid, TypeInfo>& all() const { return types_; }

  // Equal signatures on two servers: the same values, with the same text and the same binary form.
  std::string signature(Oid oid) const;
  // meaning_of() the type as it travels here.
  std::string meaning(Oid oid) const;
  // Empty, or why the binary form of this type cannot be handed from server to server.
  std::string raw_obstacle(Oid oid, int server_version) const;
  // Whether values of this type may contain the OID of a table, or of its row type: regclass, regtype and types that
  // use them.
  bool names_tables(Oid oid) const;
  // How a column of this type travels in batches. `as_text` is set when it has no typed form.
  DataType logical_type(Oid oid, int typmod, bool& as_text) const;
  // Of an enum, and of a domain over one; empty otherwise.
  std::vector<std::string> labels(Oid oid) const;
  // Whether a domain takes no NULL, and whether it has a default.
  bool refuses_null(Oid oid) const;
  bool has_default(Oid oid) const;
  // The type's statement for a server that lacks it: empty for built-in and extension types, and for multiranges, which
  // come with their range (since PostgreSQL 14).
  std::string create_statement(Oid oid, bool has_multiranges) const;
  // User types that `oid` needs, in an order in which they can be created, itself last.
  void dependencies(Oid oid, std::vector<Oid>& ordered) const;

 private:
  std::map<Oid, TypeInfo> types_;
  int server_version_;
  std::string lc_monetary_;
};

// A signature without the versions of extensions: equal where values keep their text.
std::string across_versions(std::string signature);

// A built-in scalar type that means the same on every server: no query is needed.
bool is_plain_type(Oid oid);

// How a server prints the bytes above 127 of "char": as one byte before PostgreSQL 15, as `\ooo` since, and it does not
// read a form that it does not print. Empty without a "char" in the type.
std::string char_form(std::string_view signature, int server_version);
// ColumnFacts::meaning: `lc_monetary=C` for a type with money in it; char_form() where it travels as text.
std::string meaning_of(std::string_view signature, bool travels_as_text, const std::string& lc_monetary,
                       int server_version);

// What a signature becomes on a server of another version, and a type in batches where its signature is this.
std::string signature_on(std::string signature, int server_version);
DataType type_with(DataType type, std::string_view signature);

// One row: a JSON array of every type reachable from the OIDs in parameter $1 (an oid[]), and lc_monetary.
std::string type_closure_sql(int server_version);

// A column's declaration at a server, and the resulting format of its values.
struct DeclaredType {
  std::string name;  // empty: the server has no type for it
  DataType type;
  bool travels_as_text = false;
};

// PostgreSQL's type for a logical type that comes from another system or has no native name.
DeclaredType declared_type_for(const DataType& type, int server_version);

// The same for a built-in type that an earlier server had (`oid`, `typmod`, named `name` here), where `type` is how
// the values came from there. Absent where it travels in another way.
std::optional<DeclaredType> restored_type(Oid oid, int typmod, const std::string& name, const DataType& type,
                                          bool travels_as_text, int server_version);

}  // namespace dpone::postgres
