// Manifest: a user's validated declarations, with defaults from the option tables. Spec: docs/formats/manifest.md.
// Values only. The reader creates a Manifest, or `copy` from its arguments.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "dpone/base/json.h"
#include "dpone/base/option_spec.h"

namespace dpone::manifest {

struct TableName {
  std::string schema;
  std::string name;
};

struct Endpoint {
  std::string type;             // the system's name
  std::string connection_type;  // `env` or `params`
  std::string connection_id;
  std::map<std::string, std::string, std::less<>> params;  // connection_type: params; `${VAR}` not yet replaced
  TableName table;                                         // empty name: the source is a query, or a path
  std::string path;                                        // as given; files only
  Options options;                                         // by the connector's table, and for sinks the common one too
};

struct Strategy {
  std::string mode;
  Options options;  // by the common table and that of the strategy

  // Columns that identify a row; empty where no key was declared.
  std::vector<std::string> unique_key() const { return options.names("unique_key"); }
  void set_unique_key(const std::vector<std::string>& columns);
};

struct StateSettings {
  std::string type;  // the system's name, or `disabled`; empty: not declared, which is the default
  std::string connection_type;
  std::string connection_id;
  std::map<std::string, std::string, std::less<>> params;
  std::string schema;
};

struct Manifest {
  std::string name;
  std::string description;
  Endpoint source;
  Endpoint sink;
  Strategy strategy;
  StateSettings state;
  Options runtime;
  Options quality;
  std::filesystem::path file;  // empty for `copy`

  // A run goes on where the last one ended.
  bool has_cursor() const { return source.options.is_given("cursor"); }

  // Everything that was declared, without the file's path: the value that manifest_hash is taken of.
  Json to_json() const;
  // sha256 of the canonical JSON.
  std::string hash() const;
  // As a manifest file that reads back to the same value.
  std::string to_yaml() const;
};

}  // namespace dpone::manifest
