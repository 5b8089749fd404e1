// Output: the program's standard streams. A result that cannot be written is an error; a reader that has gone is not,
// since `dpone plan ... | head` needs only a part. Waits for a reader that stops reading until a signal asks to stop.
// Masks passwords in the output (base/redact.h).
#pragma once

#include <stop_token>
#include <string_view>

#include "dpone/base/json.h"
#include "dpone/base/result.h"

namespace dpone::cli {

// Keeps 0, 1 and 2 from being given to the next file or socket when the caller closed them, and a closed pipe or the
// limit of a file's size from ending the process: the write fails instead. Call once, before anything is opened.
void secure_standard_streams();

// From here on a request to stop ends the wait for a reader. Call before a second thread writes.
void stop_waiting_on(std::stop_token stop);

// Writes all of `text` to stdout. Class kFailed, slugs file.disk_full and file.io; interrupted_error() when a signal
// ended the wait.
Status print_out(std::string_view text);

// The same, of a document with a line end.
Status print_json(const Json& json);

// The same as print_out, but unchanged byte for byte, for output that is read back: a manifest, an export, a script.
Status print_exactly(std::string_view text);

// Writes to stderr. Ignores a failure, since it cannot be reported.
void print_error(std::string_view text);

}  // namespace dpone::cli
