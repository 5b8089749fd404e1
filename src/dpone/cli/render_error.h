// An Error as a person reads it on stderr, and as JSON (`dpone.error.v1`). Neither holds more than the Error does.
#pragma once

#include <string>

#include "dpone/base/error.h"
#include "dpone/base/json.h"

namespace dpone::cli {

// error: <message>
//   <context key>: <value>
//   code: <slug> (<native code>), exit <n>
//   next: <next step>
// Control characters in values are shown as \xNN. With `color`, the first word is bold red.
std::string render_error(const Error& error, bool color = false);

// {schema_version, error_code, class, exit_code, message, context{}, native_code, next_step, retry}.
Json error_to_json(const Error& error);

}  // namespace dpone::cli
