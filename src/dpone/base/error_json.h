// The JSON form of an Error, `dpone.error.v1`: in run reports, and on stdout with `--format json`. It contains the same
// information as the Error. Spec: docs/formats/run-report.md.
#pragma once

#include "dpone/base/error.h"
#include "dpone/base/json.h"

namespace dpone {

// {schema_version, error_code, class, exit_code, message, context{}, retry} and, where there are any, native_code and
// next_step. Of context entries with the same key the first is kept.
Json error_to_json(const Error& error);

}  // namespace dpone
