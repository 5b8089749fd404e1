// Which files a path means: one, stdin, or those that match a pattern.
#pragma once

#include <string>
#include <vector>

#include "dpone/base/result.h"

namespace dpone::file {

// A path with `*`, `?` or `[` that is not itself the name of a file is a pattern; its files come in the byte order of
// their names. `**` as a complete part matches any number of folders. Hidden files and folders do not match. Slug
// file.not_found if nothing does.
Result<std::vector<std::string>> expand(const std::string& path);

// The same file, whatever its names; false if one is not there.
bool is_same_file(const std::string& a, const std::string& b);

}  // namespace dpone::file
