// TypeGuess: infers the type of a column from some of its texts. It never chooses a type that would change a value of
// the sample: a number with leading zeros, or an upper-case `T` alone, stays text. The decoder checks all other values.
// Used by one thread. Rules: docs/connectors/file.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dpone/data/type.h"

namespace dpone::rowfile {

class TypeGuess {
 public:
  // A value that is not NULL, as the column's `row`, from 1.
  void look(std::string_view text, std::int64_t row);
  // A value whose format says that it is a text, whatever it looks like. Row 0: which one is not known.
  void look_at_text(std::int64_t row) { rule_out(row, "a value is a text"); }
  // Values that the format itself tells apart.
  void look_at_bools(std::int64_t count);
  void look_at_json(std::int64_t count);  // objects and arrays
  struct Numbers {
    std::int64_t count = 0;
    bool has_exponent = false;
    bool is_beyond_int64 = false;
    int whole_digits = 0;
    int most_scale = 0;
  };
  void look_at_numbers(const Numbers& numbers);
  // What another guess of the same column has seen.
  void add(const TypeGuess& other);
  std::int64_t value_count() const { return values_; }

  struct Verdict {
    DataType type;
    std::string reason;  // `all 120 values are whole numbers`
  };
  Verdict verdict() const;

 private:
  enum class Shape : std::uint8_t { kNone, kBool, kNumber, kDate, kTimestamp, kTimestampTz, kUuid, kJson, kText };

  void rule_out(std::int64_t row, std::string why);
  bool take(Shape shape, std::int64_t row);
  // False if `text` is not a number.
  bool look_at_number(std::string_view text, std::int64_t row);

  Shape shape_ = Shape::kNone;  // what all values so far have
  std::int64_t values_ = 0;
  std::string why_text_;
  // Of bool.
  bool has_t_ = false;
  bool has_f_ = false;
  bool has_word_ = false;
  // Of numbers.
  std::int64_t numbers_ = 0;  // without NaN and the infinities
  bool has_exponent_ = false;
  bool has_special_ = false;
  bool is_beyond_int64_ = false;
  bool is_double_exact_ = true;  // each is what its nearest double prints
  int most_digits_ = 0;          // before the point
  int least_scale_ = 0;
  int most_scale_ = 0;
};

}  // namespace dpone::rowfile
