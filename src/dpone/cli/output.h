// Output: the program's standard streams. A result that cannot be written is an error; a reader that has gone is not,
// since `dpone plan ... | head` has what it wanted. Call from the main thread.
#pragma once

#include <string_view>

#include "dpone/base/json.h"
#include "dpone/base/result.h"

namespace dpone::cli {

// Keeps 0, 1 and 2 from being given to the next file or socket when the caller closed them, and a closed pipe from
// ending the process. Call once, before anything is opened.
void secure_standard_streams();

// Writes all of `text` to stdout. Class kFailed, slugs file.disk_full and file.io.
Status print_out(std::string_view text);

// The same, of a document with a line end.
Status print_json(const Json& json);

// Writes to stderr. There is nobody to tell when that fails.
void print_error(std::string_view text);

}  // namespace dpone::cli
