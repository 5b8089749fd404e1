// Words for a POSIX shell, so that a command in a message can be pasted. Thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace dpone::cli {

// `text` as one word: unchanged if it has no meaning to a shell, otherwise in single quotes.
std::string shell_quoted(std::string_view text);

}  // namespace dpone::cli
