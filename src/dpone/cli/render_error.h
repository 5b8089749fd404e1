// An Error as a person reads it on stderr. Its JSON form is base/error_json.h.
#pragma once

#include <string>
#include <string_view>

#include "dpone/base/error.h"
#include "dpone/base/error_json.h"

namespace dpone::cli {

// `text` with `indent` before every line but the first, so that a list stays readable. Control characters are shown.
std::string indented(std::string_view text, std::string_view indent);

// error: <message>
//   <context key>: <value>
//   code: <slug> (<native code>), exit <n>
//   next: <next step>
// Control characters in values are shown as \xNN. With `color`, the first word is bold red.
std::string render_error(const Error& error, bool color = false);

}  // namespace dpone::cli
