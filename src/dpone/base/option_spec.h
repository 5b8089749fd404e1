// OptionSpec: one row of the tables that help, completion, docs, JSON Schemas and validation are made of, for
// command-line options and manifest keys alike. Options: the values given, with the defaults of their table.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/json.h"

namespace dpone {

enum class OptionKind {
  kFlag,  // true or false; on the command line without a value
  kText,
  kInteger,
  kDuration,  // `30s`, `500ms`, `5m`, or a number of seconds
  kBytes,     // `256MiB`, or a number of bytes
  kChoice,    // one of `choices`
  kNameList,  // list of names; on the command line comma-separated
  kPath,
  kSpan,     // a whole number, or a duration: kept as text
  kTextMap,  // texts by name, `amount=numeric(12,2),day=date`; on the command line it may be repeated
};

struct OptionSpec {
  std::string_view name;  // `overwrite_type`; on the command line `--overwrite-type`
  OptionKind kind = OptionKind::kText;
  std::string_view choices = {};       // kChoice: `auto|exchange|truncate_insert`
  std::string_view default_text = {};  // empty: no default
  std::string_view description = {};   // one sentence, no final full stop
  std::int64_t min = 0;
  std::int64_t max = INT64_MAX;
  bool is_required = false;
  std::string_view value_name = {};  // help placeholder, `SQL`
  bool takes_scalars = false;        // kTextMap: a manifest may have numbers and booleans for texts
};

// Parses `text` by the kind of `spec`. Durations become integer milliseconds, sizes integer bytes. The error has
// class kUsage and slug `option.invalid`, carries the name as context `option`, and names the choices.
Result<Json> parse_option(const OptionSpec& spec, std::string_view text);
// The text that parse_option reads back to `value`: `30s`, `256MiB`, `a,b`.
std::string format_option(const OptionSpec& spec, const Json& value);
std::vector<std::string_view> option_choices(const OptionSpec& spec);

// The two meanings of a kSpan; exactly one is set.
struct Span {
  std::optional<std::int64_t> number;
  std::optional<std::chrono::milliseconds> duration;
};
// Absent when `text` is neither.
std::optional<Span> parse_span(std::string_view text);

class Options {
 public:
  Options() = default;
  // The tables must outlive the Options; `more` is a second table, looked into after `specs`.
  explicit Options(std::span<const OptionSpec> specs, std::span<const OptionSpec> more = {})
      : specs_(specs), more_specs_(more) {}

  void set(std::string name, Json value) { values_.set(std::move(name), std::move(value)); }
  bool is_given(std::string_view name) const { return values_.contains(name); }
  // REQUIRES: `name` is in the table. The given value, or the default.
  bool flag(std::string_view name) const;
  std::string text(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  std::chrono::milliseconds duration(std::string_view name) const;
  std::vector<std::string> names(std::string_view name) const;
  std::map<std::string, std::string> texts(std::string_view name) const;
  const Json& given() const { return values_; }
  std::span<const OptionSpec> specs() const { return specs_; }
  // Row of either table, or null.
  const OptionSpec* find(std::string_view name) const;

 private:
  Json value(std::string_view name) const;
  std::span<const OptionSpec> specs_;
  std::span<const OptionSpec> more_specs_;
  Json values_ = Json::object();
};

}  // namespace dpone
