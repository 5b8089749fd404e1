// SQLSTATE, or the text of a connection that failed, to error class, retry class and slug: pure functions, tested
// without a server. Source: PostgreSQL documentation, appendix A.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dpone/base/error.h"

namespace dpone::postgres {

// `message` is the server's primary message. An unknown state is kFailed with slug `postgres.error`.
Error error_from_sqlstate(std::string_view sqlstate, std::string message);

// `text` is libpq's of a connection that could not be made, with PQERRORS_VERBOSE: that is the only way to its
// SQLSTATE, and a refusal by the server is in the server's language.
Error connect_error(std::string_view text);

// The text of a failed guard of the dialect (render_guard): `dpone:<slug>:<detail>`, which is not an integer, between
// the quotation marks of the server's language.
struct FailedGuard {
  std::string slug;
  std::string detail;
};
std::optional<FailedGuard> failed_guard(const Error& error);

// libpq has given up for want of memory. It says so in its text alone.
bool is_out_of_memory(std::string_view text);

// Line breaks and tabs as single blanks.
std::string one_line(std::string_view text);

}  // namespace dpone::postgres
