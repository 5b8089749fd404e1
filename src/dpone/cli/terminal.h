// Properties of the terminal or file of a file descriptor. Reads the environment; thread-safe.
#pragma once

#include <cstddef>
#include <string_view>

namespace dpone::cli {

// A terminal that knows more than plain lines: $TERM is set and not `dumb`.
bool is_live_terminal(int fd);

// Takes such a terminal to the start of its line, and empties it.
constexpr std::string_view kClearLine = "\r\x1b[K";

// Such a terminal, and no NO_COLOR (https://no-color.org).
bool wants_color(int fd);

// Columns of the terminal behind `fd`, else of $COLUMNS, else 80.
std::size_t terminal_width(int fd);

}  // namespace dpone::cli
