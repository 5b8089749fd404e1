// The reader of rows in texts, one input after another, each from read() into the decoder's own room.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dpone/base/run_context.h"
#include "dpone/ports/source.h"
#include "dpone/rowfile/byte_input.h"
#include "dpone/rowfile/read_settings.h"
#include "dpone/rowfile/row_format.h"

namespace dpone::rowfile {

struct ReadJob {
  std::shared_ptr<const RowFormat> format;
  ReadSettings settings;
  std::vector<std::string> names;  // as RowFormat::sample gave them
  Schema schema;                   // some of them, with the types that the load wants
  // A json value that is not JSON is for the reader to refuse or reject, because nothing behind it does.
  bool checks_json = false;
};

// The inputs are decompressed texts.
std::unique_ptr<BatchReader> make_reader(ReadJob job, std::unique_ptr<InputSequence> inputs, const RunContext& context);

}  // namespace dpone::rowfile
