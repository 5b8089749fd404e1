// SQLSTATE to error class, retry class and slug: one pure function, tested without a server.
// Source: PostgreSQL documentation, appendix A.
#pragma once

#include <string>
#include <string_view>

#include "dpone/base/error.h"

namespace dpone::postgres {

// `message` is the server's primary message. An unknown state is kFailed with slug `postgres.error`.
Error error_from_sqlstate(std::string_view sqlstate, std::string message);

}  // namespace dpone::postgres
