// What a silent session is doing, as another session of the same server sees it. A statement may take hours, and an
// answer may be lost while the network still acknowledges every byte: only the server can tell the two apart. Functions
// without state; they connect, so they take as long as that does.
#pragma once

#include <string>

#include "dpone/base/run_context.h"
#include "dpone/ports/connection.h"

namespace dpone::postgres {

// The session that is asked about.
struct Peer {
  ConnectionSettings settings;  // of its connection, with the one server that it has
  int pid = 0;                  // as the server says, which a pooler's client side does not know
  std::string server_start;     // when that server began: another one knows nothing of it
};

enum class PeerState {
  kBusy,         // working, or unknown
  kWaiting,      // it waits for its client, or has ended: data sent in either direction is lost
  kUnreachable,  // no other session could be opened at all
};

// Takes at most the connection's connect_timeout and as long again. A stop request does not end it.
PeerState ask_about(const Peer& peer, const RunContext& context);

}  // namespace dpone::postgres
