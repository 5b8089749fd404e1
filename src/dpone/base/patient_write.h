// write_patiently: write(2) to a stream whose reader may have stopped reading. Such a write blocks for as long as the
// reader likes; this one waits as well, but no longer than until a stop is requested.
#pragma once

#include <stop_token>
#include <string_view>

namespace dpone {

// 0, or the errno of what failed; ECANCELED when a stop was requested and the reader still took nothing for a moment.
// From any thread; those that write to one descriptor at the same time can still block each other.
int write_patiently(int fd, std::string_view text, const std::stop_token& stop);

// Writes what the stream takes at once, and drops the rest. Async-signal-safe.
void write_if_ready(int fd, std::string_view text);

}  // namespace dpone
