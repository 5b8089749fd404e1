// Texts that look like a URL, found where a path is wanted: such a text may hold a password, so it must not become the
// name of a file or folder, and no message repeats it. Pure.
#pragma once

#include <string_view>

#include "dpone/base/result.h"

namespace dpone {

// `text` begins with `scheme://`.
bool looks_like_url(std::string_view text);

// Class kUsage, slug option.invalid, if `path` looks like a URL. `what` names the path: `--state-dir`, `MANIFEST`.
Status check_is_no_url(std::string_view what, std::string_view path);

}  // namespace dpone
