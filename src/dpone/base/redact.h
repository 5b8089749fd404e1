// redacted: replaces passwords in a text by `***`. Every message, report and result
// passes through it on its way out. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "dpone/base/json.h"

namespace dpone {

// A password is: in a URL, the text after the user's name (`//user:HERE@host`); and the value of a connection setting
// (`password=HERE`, `sslpassword`, `passwd`, `pwd`), bare or in single quotes, with blanks around the equals sign only
// if the text has other settings of a connection. Everything else is unchanged.
std::string redacted(std::string_view text);

// The same of every text in a value; keys stay.
Json redacted_json(const Json& value);

}  // namespace dpone
