#include "dpone/connectors/postgres/peer_check.h"

#include <chrono>

#include "dpone/connectors/postgres/connection.h"

namespace dpone::postgres {

PeerState ask_about(const Peer& peer, const RunContext& context) {
  // Stopping a run must not wait long for a server that hangs.
  const std::chrono::seconds longest_answer{context.stop.stop_requested() ? 3 : 10};
  RunContext asking = context;
  asking.stop = {};
  ConnectionSettings settings = peer.settings;
  if (context.stop.stop_requested()) settings.fields.insert_or_assign("connect_timeout", std::string("3"));
  auto connection = Connection::open(settings, SessionRole::kSource, asking);
  if (!connection) {
    // A server that refuses another session is there, and says nothing of this one. Class 08: no server has answered.
    return connection.error().native_code().starts_with("08") ? PeerState::kUnreachable : PeerState::kBusy;
  }
  connection->answer_by(std::chrono::steady_clock::now() + longest_answer);
  const auto rows = connection->query(
      "SELECT pg_postmaster_start_time()::text, (SELECT coalesce(wait_event_type = 'Client' AND wait_event IN "
      "('ClientRead', 'ClientWrite'), false) FROM pg_stat_activity WHERE pid = $1::int4)",
      {std::to_string(peer.pid)});
  if (!rows) return PeerState::kUnreachable;
  if (rows->text(0, 0) != peer.server_start) return PeerState::kBusy;
  const bool has_ended = rows->is_null(0, 1);
  return has_ended || rows->boolean(0, 1) ? PeerState::kWaiting : PeerState::kBusy;
}

}  // namespace dpone::postgres
