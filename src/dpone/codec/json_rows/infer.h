// The content of a sample of JSON Lines: its keys, and the kinds of values of each. It does not choose types. Pure.
// Spec: docs/formats/json-rows.md, "Inference from a sample".
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/result.h"

namespace dpone::json_rows {

// The number of values of a key per kind. The other rows of Inference::rows lack the key.
struct KeyFacts {
  std::string key;
  std::int64_t nulls = 0;
  std::int64_t bools = 0;
  std::int64_t integers = 0;
  std::int64_t decimals = 0;   // with a point
  std::int64_t exponents = 0;  // with an exponent
  std::int64_t strings = 0;
  std::int64_t objects = 0;
  std::int64_t arrays = 0;
  int whole_digits = 0;     // most digits before the point of integers and decimals, a single 0 not counted
  int fraction_digits = 0;  // most digits behind the point of decimals
  bool fits_int64 = true;   // all integers

  std::int64_t values() const { return bools + integers + decimals + exponents + strings + objects + arrays; }
};

struct Inference {
  std::vector<KeyFacts> keys;  // in the order in which they first appear
  std::int64_t rows = 0;
  std::int64_t bytes = 0;  // of the sample that were read
};

struct InferOptions {
  std::int64_t max_rows = 10'000;
  std::size_t max_keys = 1'600;
  bool is_whole = false;  // the sample is the whole text: its last line needs no end. Otherwise that is left out
  // Skips invalid lines: the decoder, which reads all of them, reports their errors.
  bool skips_wrong = false;
  // Gets every string without its escapes, with the index of its key.
  std::function<void(std::size_t key, std::string_view value)> on_string;
};

// Reads the front of `sample`. Fails as a Decoder does, with `row`, `line` and `offset`, and with
// `json_rows.too_many_keys`.
Result<Inference> infer(std::string_view sample, const InferOptions& options);

}  // namespace dpone::json_rows
