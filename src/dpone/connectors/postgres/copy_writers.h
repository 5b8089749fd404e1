// The writers of a stage: bytes or batches into a COPY that has begun. A writer ends the COPY, and the search_path that
// it ran with; one that is destroyed before makes the server discard it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "dpone/codec/pg_copy/encoder.h"
#include "dpone/codec/pg_copy/text_encoder.h"
#include "dpone/connectors/postgres/connection.h"
#include "dpone/ports/writer.h"

namespace dpone::postgres {

// A COPY FROM STDIN that `connection` is in. Both references outlive the writer.
struct OpenCopy {
  Connection& connection;
  std::int64_t& rows;                   // finish() adds what the server counted
  std::string statement;                // what finish() executes after it
  std::function<Error(Error)> explain;  // an error of the server; called from the writer's thread
};

std::unique_ptr<RawWriter> make_copy_writer(OpenCopy copy, bool is_text);
std::unique_ptr<BatchWriter> make_copy_writer(OpenCopy copy, pg_copy::Encoder encoder);
std::unique_ptr<BatchWriter> make_copy_writer(OpenCopy copy, pg_copy::TextEncoder encoder);

}  // namespace dpone::postgres
