// What stands at the other end of a file descriptor. Reads the environment; thread-safe.
#pragma once

#include <cstddef>

namespace dpone::cli {

bool is_terminal(int fd);

// A terminal that is not dumb, and no NO_COLOR (https://no-color.org).
bool wants_color(int fd);

// Columns of the terminal behind `fd`, else of $COLUMNS, else 80.
std::size_t terminal_width(int fd);

}  // namespace dpone::cli
