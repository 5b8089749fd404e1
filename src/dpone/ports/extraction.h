// What is read, where it ends, and the parts in which it can be read. Values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "dpone/base/json.h"
#include "dpone/ports/column_policy.h"
#include "dpone/ports/cursor.h"
#include "dpone/ports/facts.h"
#include "dpone/ports/position.h"
#include "dpone/ports/wire_format.h"

namespace dpone {

struct ReadAll {};
// Rows whose cursor is beyond the last run's position.
struct ReadBeyond {
  CursorRange range;
};
// Rows with from <= column < to, the values as data/value_text.h prints them: a chunk of a backfill.
struct ReadWindow {
  std::string column;
  DataType type;
  std::string native_type;
  std::string from;
  std::string to;
};
// Rows that transactions after a position wrote; with_keys: every key of the table besides.
struct ReadTransactions {
  std::optional<Position> after;
  bool with_keys = false;
};
// Changes from a log, in its order: each row brings what happened to it and its position.
struct ReadChanges {
  std::optional<Position> after;
};
using Extraction = std::variant<ReadAll, ReadBeyond, ReadWindow, ReadTransactions, ReadChanges>;

// `all`, `beyond`, `window`, `transactions`, `changes`
std::string_view name_of(const Extraction& extraction);

// What a snapshot says of the rows to be read.
struct ReadBound {
  bool has_rows = true;           // something is to be read
  bool advances = true;           // `until` is beyond the position that the extraction starts from, if it has one
  std::optional<Position> until;  // where this reading ends; absent for extractions without a position
  // The source has rows, and all of them are before the position that the extraction starts from: `greatest` is the
  // last of them.
  bool is_behind = false;
  std::string greatest;
  std::string relation;  // as CursorPosition has it
};

// A part of a reading. `bounds` reads the same rows again in another process.
struct Slice {
  std::string id = "all";
  Json bounds;
};

struct ReadTask {
  std::vector<ColumnPolicy> columns;  // in the order in which they travel
  std::vector<std::string> key;       // sink names: for sources that can say which row has no value there
  bool checks_json = false;           // the source has to refuse malformed json, because nothing behind it does
  Extraction extraction = ReadAll{};
  // Of ReadBound, once the snapshot has been asked: rows beyond it are left for the next run.
  std::optional<Position> until;
  bool is_bounded = false;
  bool is_raw = false;
  WireFormat format;  // when raw
  SourceFacts source;

  // The range of a ReadBeyond, else null.
  const CursorRange* cursor() const {
    const auto* beyond = std::get_if<ReadBeyond>(&extraction);
    return beyond == nullptr ? nullptr : &beyond->range;
  }
  CursorRange* cursor() {
    auto* beyond = std::get_if<ReadBeyond>(&extraction);
    return beyond == nullptr ? nullptr : &beyond->range;
  }
};

}  // namespace dpone
