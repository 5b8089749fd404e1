// What the sink's role lacks beside its rights on the target itself: on what the rows of a load run (functions in
// constraints, defaults and indexes; sequences), on the types of its columns, and on the objects that an exchange
// writes again. The role that made the target had these rights; a role that only loads may lack them. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dpone/base/error.h"
#include "dpone/base/json.h"
#include "dpone/base/result.h"
#include "dpone/connectors/postgres/types.h"

namespace dpone::postgres {

// A statement: the JSON array of what the current role lacks of table `oid`, as text.
std::string lacks_statement(Oid oid, int server_version);

struct Lack {
  std::string kind;                   // row, type: stops every load; exchange
  std::optional<std::string> loaded;  // the column that it is about
  std::string right;
  std::string object;  // FUNCTION, TYPE, ...
  std::string name;    // of the object, as SQL names it
  std::string by;      // what needs it
};
Result<std::vector<Lack>> lacks_from_json(const Json& json);

// What stops an exchange only: sentences about `role`.
std::vector<std::string> lacks_of_exchange(const std::vector<Lack>& lacks, const std::string& role);

// What stops every load of `columns` into `target`. An exchange takes types from the table itself and looks up no name.
std::vector<Error> lacks_of_load(const std::vector<Lack>& lacks, const std::string& role, const std::string& target,
                                 const std::vector<std::string>& columns, bool may_exchange);

}  // namespace dpone::postgres
