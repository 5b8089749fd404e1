#include "dpone/connectors/postgres/probe.h"

#include <fmt/format.h>

#include "dpone/connectors/postgres/connection.h"

namespace dpone::postgres {

Result<ProbeAnswer> probe(const ConnectionSettings& settings, const RunContext& context) {
  DPONE_TRY(Connection connection, Connection::open(settings, SessionRole::kSource, context));
  const auto sent = context.clock->now();
  DPONE_TRY(const Rows rows,
            connection.query("SELECT current_setting('server_version'), current_database()::text, current_user::text, "
                             "coalesce((SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl), ''), "
                             "(extract(epoch FROM clock_timestamp()) * 1000)::int8"));
  const auto answered = context.clock->now();
  const std::string encryption = rows.text(0, 3).empty() ? "not encrypted" : rows.text(0, 3);
  ProbeAnswer answer;
  answer.text = fmt::format("PostgreSQL {}, database {}, role {}, {}", rows.text(0, 0), rows.text(0, 1),
                            rows.text(0, 2), encryption);
  answer.facts.set("server", rows.text(0, 0)).set("database", rows.text(0, 1)).set("role", rows.text(0, 2));
  answer.facts.set("encryption", encryption);
  const auto ours =
      std::chrono::duration_cast<std::chrono::milliseconds>((sent + (answered - sent) / 2).time_since_epoch());
  answer.clock_skew = std::chrono::milliseconds(rows.integer(0, 4)) - ours;
  return answer;
}

}  // namespace dpone::postgres
