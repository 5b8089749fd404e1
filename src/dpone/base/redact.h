// redacted: `***` in place of passwords that stand in a text, wherever it came from. Every message, report and result
// passes through it on its way out. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "dpone/base/json.h"

namespace dpone {

// What is taken for a password: in a URL, what follows the user's name (`//user:HERE@host`); and the value of a
// connection setting (`password=HERE`, `sslpassword`, `passwd`, `pwd`), bare or in single quotes, with blanks around
// the equals sign only where other settings of a connection stand beside it. Everything else stays as it is.
std::string redacted(std::string_view text);

// The same of every text in a value; keys stay.
Json redacted_json(const Json& value);

}  // namespace dpone
