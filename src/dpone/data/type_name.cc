#include "dpone/data/type_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <vector>

#include "dpone/base/ascii.h"
#include "dpone/base/nearest.h"
#include "dpone/data/type_traits.h"

namespace dpone {
namespace {

// The parameters that a name may have in parentheses.
enum class Modifier {
  kNone,
  kFraction,   // digits of a second, 0 to 6
  kPrecision,  // numeric's precision and scale
  kLength,     // at most that many; without it, any length
  kExact,      // exactly that many; without it, 1
  kBits,       // float's: which of the two types it is
};

struct Name {
  std::string_view text;  // lower case, single blanks
  TypeKind kind;
  Modifier modifier = Modifier::kNone;
};

constexpr Name kNames[] = {
    {"boolean", TypeKind::kBool},
    {"bool", TypeKind::kBool},
    {"smallint", TypeKind::kInt16},
    {"int2", TypeKind::kInt16},
    {"integer", TypeKind::kInt32},
    {"int", TypeKind::kInt32},
    {"int4", TypeKind::kInt32},
    {"bigint", TypeKind::kInt64},
    {"int8", TypeKind::kInt64},
    {"oid", TypeKind::kUInt32},
    {"xid8", TypeKind::kUInt64},
    {"pg_lsn", TypeKind::kLsn},
    {"real", TypeKind::kFloat32},
    {"float4", TypeKind::kFloat32},
    {"double precision", TypeKind::kFloat64},
    {"double", TypeKind::kFloat64},
    {"float8", TypeKind::kFloat64},
    {"float", TypeKind::kFloat64, Modifier::kBits},
    {"numeric", TypeKind::kNumeric, Modifier::kPrecision},
    {"decimal", TypeKind::kNumeric, Modifier::kPrecision},
    {"money", TypeKind::kMoney},
    {"date", TypeKind::kDate},
    {"time without time zone", TypeKind::kTime, Modifier::kFraction},
    {"time", TypeKind::kTime, Modifier::kFraction},
    {"time with time zone", TypeKind::kTimeTz, Modifier::kFraction},
    {"timetz", TypeKind::kTimeTz, Modifier::kFraction},
    {"timestamp without time zone", TypeKind::kTimestamp, Modifier::kFraction},
    {"timestamp", TypeKind::kTimestamp, Modifier::kFraction},
    {"timestamp with time zone", TypeKind::kTimestampTz, Modifier::kFraction},
    {"timestamptz", TypeKind::kTimestampTz, Modifier::kFraction},
    {"interval", TypeKind::kInterval, Modifier::kFraction},
    {"text", TypeKind::kText},
    {"character varying", TypeKind::kText, Modifier::kLength},
    {"varchar", TypeKind::kText, Modifier::kLength},
    {"character", TypeKind::kText, Modifier::kExact},
    {"char", TypeKind::kText, Modifier::kExact},
    {"bytea", TypeKind::kBytes},
    {"uuid", TypeKind::kUuid},
    {"json", TypeKind::kJson},
    {"jsonb", TypeKind::kJsonb},
    {"inet", TypeKind::kInet},
    {"cidr", TypeKind::kCidr},
    {"macaddr", TypeKind::kMacaddr},
    {"macaddr8", TypeKind::kMacaddr8},
    {"bit varying", TypeKind::kBit, Modifier::kLength},
    {"varbit", TypeKind::kBit, Modifier::kLength},
    {"bit", TypeKind::kBit, Modifier::kExact},
    {"\"char\"", TypeKind::kChar1},
    {"tinyint", TypeKind::kInt8},
    {"tinyint unsigned", TypeKind::kUnsigned8},
    {"smallint unsigned", TypeKind::kUnsigned16},
    {"integer unsigned", TypeKind::kUnsigned32},
    {"int unsigned", TypeKind::kUnsigned32},
    {"bigint unsigned", TypeKind::kUnsigned64},
    {"int128", TypeKind::kInt128},
    {"uint128", TypeKind::kUnsigned128},
    {"int256", TypeKind::kInt256},
    {"uint256", TypeKind::kUnsigned256},
};

// The fields that an interval keeps, as PostgreSQL numbers them.
struct IntervalFields {
  std::string_view text;
  std::int64_t mask;
};
constexpr IntervalFields kIntervalFields[] = {
    {"year to month", 0x0006}, {"day to hour", 0x0408},    {"day to minute", 0x0c08},
    {"day to second", 0x1c08}, {"hour to minute", 0x0c00}, {"hour to second", 0x1c00},
    {"year", 0x0004},          {"month", 0x0002},          {"minute to second", 0x1800},
    {"day", 0x0008},           {"hour", 0x0400},           {"minute", 0x0800},
    {"second", 0x1000},
};

constexpr std::int64_t kMostLength = 10'485'760;  // PostgreSQL's

// Lower case, single blanks, none at the ends and none around brackets and commas.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    const char before = out.empty() ? ' ' : out.back();
    if (is_blank) {
      if (before != ' ' && before != '(' && before != ',') out += ' ';
      continue;
    }
    const bool joins = c == '(' || c == ')' || c == ',' || c == '[' || c == ']';
    if (joins && before == ' ' && !out.empty()) out.pop_back();
    // Text after a parenthesis is a separate word: `timestamp(3)with time zone`.
    if (before == ')' && !joins) out += ' ';
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

Error unknown(std::string_view text, std::string_view word) {
  std::vector<std::string_view> known;
  for (const Name& name : kNames) known.push_back(name.text);
  const std::string near = nearest_name(word, known);
  return Error(ErrorClass::kUsage, "type.unknown", fmt::format("'{}' is not a type", text))
      .hint(near.empty() ? "write the type as in SQL: bigint, numeric(12,2), text, timestamp with time zone, uuid"
                         : "did you mean " + near + "?");
}

Error bad_modifier(std::string_view text, std::string why) {
  return Error(ErrorClass::kUsage, "type.modifier", fmt::format("'{}': {}", text, why))
      .hint("write it as in SQL: numeric(12,2), varchar(20), timestamp(3)");
}

// `12,2`; absent if it is not one or two whole numbers.
std::optional<std::vector<std::int64_t>> numbers(std::string_view text) {
  std::vector<std::int64_t> out;
  while (true) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view number = text.substr(0, comma);
    const bool is_negative = number.starts_with('-');
    if (is_negative) number.remove_prefix(1);
    if (number.empty() || number.size() > 9) return std::nullopt;
    std::int64_t value = 0;
    for (const char c : number) {
      if (!is_ascii_digit(c)) return std::nullopt;
      value = value * 10 + (c - '0');
    }
    out.push_back(is_negative ? -value : value);
    if (comma == text.size()) break;
    text.remove_prefix(comma + 1);
  }
  if (out.size() > 2) return std::nullopt;
  return out;
}

Status apply_modifier(std::string_view text, Modifier modifier, const std::vector<std::int64_t>& given,
                      DataType& type) {
  if (!given.empty() && modifier == Modifier::kNone) return bad_modifier(text, "the type does not take parameters");
  if (given.size() > 1 && modifier != Modifier::kPrecision) return bad_modifier(text, "the type takes one parameter");
  const std::int64_t first = given.empty() ? 0 : given[0];
  switch (modifier) {
    case Modifier::kNone:
      return {};
    case Modifier::kFraction:
      if (first < 0 || first > 6) return bad_modifier(text, "a second has 0 to 6 fraction digits");
      type.scale = given.empty() ? 6 : static_cast<int>(first);
      return {};
    case Modifier::kBits:
      if (given.empty()) return {};
      if (first < 1 || first > 53) return bad_modifier(text, "a float has 1 to 53 bits");
      if (first <= 24) type.kind = TypeKind::kFloat32;
      return {};
    case Modifier::kLength:
    case Modifier::kExact:
      if (!given.empty() && (first < 1 || first > kMostLength)) {
        return bad_modifier(text, fmt::format("a length is 1 to {}", kMostLength));
      }
      type.is_fixed_length = modifier == Modifier::kExact;
      type.length = given.empty() && type.is_fixed_length ? 1 : first;
      return {};
    case Modifier::kPrecision: {
      if (given.empty()) return {};
      const std::int64_t scale = given.size() == 2 ? given[1] : 0;
      if (first < 1 || first > 1000 || scale < -1000 || scale > 1000) {
        return bad_modifier(text, "precision is 1 to 1000, scale -1000 to 1000");
      }
      type.precision = static_cast<int>(first);
      type.scale = static_cast<int>(scale);
      if (first <= 38 && scale >= 0 && scale <= first) type.kind = TypeKind::kDecimal;
      return {};
    }
  }
  return {};
}

Result<DataType> parse_scalar(std::string_view text, std::string name) {
  // `timestamp(3) with time zone`: the modifier is inside the name.
  std::vector<std::int64_t> given;
  const std::size_t open = name.find('(');
  if (open != std::string::npos) {
    const std::size_t close = name.find(')', open);
    if (close == std::string::npos) return bad_modifier(text, "a parenthesis is not closed");
    const auto parsed = numbers(std::string_view(name).substr(open + 1, close - open - 1));
    if (!parsed) return bad_modifier(text, "the parameters must be integers");
    given = *parsed;
    name.erase(open, close - open + 1);
  }
  DataType type;
  if (name.starts_with("interval ")) {
    for (const IntervalFields& fields : kIntervalFields) {
      if (std::string_view(name).substr(9) != fields.text) continue;
      if (!given.empty() && !fields.text.ends_with("second")) {
        return bad_modifier(text, "only seconds have fraction digits");
      }
      type.length = fields.mask;
      name = "interval";
      break;
    }
  }
  // The bare word `bpchar` has no length, which no name says.
  for (const Name& known : kNames) {
    if (known.text != name) continue;
    type.kind = known.kind;
    DPONE_CHECK(apply_modifier(text, known.modifier, given, type));
    return type;
  }
  return unknown(text, name);
}

std::string with(std::string_view name, std::int64_t number) { return fmt::format("{}({})", name, number); }

}  // namespace

Result<DataType> parse_type_name(std::string_view text) {
  std::string name = plain(text);
  bool is_array = false;
  while (name.ends_with(']')) {
    const std::size_t open = name.rfind('[');
    const bool has_digits = open != std::string::npos && name.find_first_not_of("0123456789", open + 1) ==
                                                             name.size() - 1;  // PostgreSQL ignores a declared size
    if (!has_digits) return bad_modifier(text, "write an array as its element type followed by []");
    name.resize(open);
    is_array = true;
  }
  if (name.empty()) return unknown(text, name);
  DPONE_TRY(DataType type, parse_scalar(text, std::move(name)));
  if (!is_array) return type;
  DataType array;
  array.kind = TypeKind::kArray;
  array.element = std::make_shared<const DataType>(std::move(type));
  return array;
}

std::string type_name(const DataType& type) {
  std::string name(traits_of(type).sql_name);
  const std::string fraction = type.scale < 6 ? fmt::format("({})", type.scale) : std::string();
  switch (type.kind) {
    case TypeKind::kDecimal:
    case TypeKind::kNumeric:
      return type.precision == 0 ? name : fmt::format("{}({},{})", name, type.precision, type.scale);
    case TypeKind::kTime:
    case TypeKind::kTimeTz:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz: {
      const std::size_t zone = name.find(' ');  // time(3) with time zone
      return name.substr(0, zone) + fraction + name.substr(zone);
    }
    case TypeKind::kInterval: {
      const auto fields = std::find_if(std::begin(kIntervalFields), std::end(kIntervalFields),
                                       [&](const IntervalFields& known) { return known.mask == type.length; });
      return name + (fields == std::end(kIntervalFields) ? "" : " " + std::string(fields->text)) + fraction;
    }
    case TypeKind::kText:
      if (type.length == 0) return name;
      return with(type.is_fixed_length ? "character" : "character varying", type.length);
    case TypeKind::kBit:
      if (type.length == 0) return name;
      return with(type.is_fixed_length ? "bit" : name, type.length);
    case TypeKind::kArray:
      return (type.element ? type_name(*type.element) : "text") + "[]";
    default:
      return name;
  }
}

}  // namespace dpone
