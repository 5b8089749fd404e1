// The writers of a stage: bytes or batches into a COPY that has begun. A writer ends the COPY, and the search_path that
// it ran with; one that is destroyed before makes the server discard it.
#pragma once

#include <cstdint>
#include <memory>

#include "dpone/codec/pg_copy/encoder.h"
#include "dpone/codec/pg_copy/text_encoder.h"
#include "dpone/connectors/postgres/connection.h"
#include "dpone/ports/sink.h"

namespace dpone::postgres {

// `connection` is in COPY FROM STDIN, and outlives the writer as `rows` does; finish() adds to it what the server
// counted.
std::unique_ptr<RawWriter> make_copy_writer(Connection& connection, std::int64_t& rows);
std::unique_ptr<BatchWriter> make_copy_writer(Connection& connection, std::int64_t& rows, pg_copy::Encoder encoder);
std::unique_ptr<BatchWriter> make_copy_writer(Connection& connection, std::int64_t& rows, pg_copy::TextEncoder encoder);

}  // namespace dpone::postgres
