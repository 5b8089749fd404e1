#include "dpone/connectors/postgres/probe.h"

#include "dpone/connectors/postgres/connection.h"

namespace dpone::postgres {

Result<ProbeResult> probe(const ConnectionSettings& settings, const RunContext& context) {
  const auto began = context.clock->steady_now();
  DPONE_TRY(Connection connection, Connection::open(settings, SessionRole::kSource, context));
  const auto sent = context.clock->now();
  DPONE_TRY(const Rows rows,
            connection.query("SELECT current_setting('server_version'), current_database()::text, current_user::text, "
                             "coalesce((SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl), ''), "
                             "(extract(epoch FROM clock_timestamp()) * 1000)::int8"));
  const auto answered = context.clock->now();
  ProbeResult result;
  result.server = rows.text(0, 0);
  result.database = rows.text(0, 1);
  result.role = rows.text(0, 2);
  result.encryption = rows.text(0, 3).empty() ? "not encrypted" : rows.text(0, 3);
  const auto ours =
      std::chrono::duration_cast<std::chrono::milliseconds>((sent + (answered - sent) / 2).time_since_epoch());
  result.clock_skew = std::chrono::milliseconds(rows.integer(0, 4)) - ours;
  result.duration = context.clock->steady_now() - began;
  return result;
}

}  // namespace dpone::postgres
