#include "dpone/base/option_spec.h"

#include <charconv>
#include <cmath>
#include <optional>

#include "dpone/base/nearest.h"
#include "dpone/base/url_text.h"

namespace dpone {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

constexpr Unit kDurationUnits[] = {{"ms", 1},       {"s", 1000},       {"m", 60'000}, {"min", 60'000},
                                   {"h", 3600'000}, {"d", 86'400'000}, {"", 1000}};
constexpr Unit kByteUnits[] = {{"", 1},
                               {"B", 1},
                               {"KiB", 1LL << 10},
                               {"MiB", 1LL << 20},
                               {"GiB", 1LL << 30},
                               {"TiB", 1LL << 40},
                               {"KB", 1000},
                               {"MB", 1000'000},
                               {"GB", 1000'000'000},
                               {"TB", 1000'000'000'000}};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// A number, optionally with a fraction, and one of `units`; none when malformed or out of the range of int64.
std::optional<std::int64_t> number_with_unit(std::string_view text, std::span<const Unit> units) {
  std::size_t digits = 0;
  while (digits < text.size() && (std::isdigit(static_cast<unsigned char>(text[digits])) || text[digits] == '.')) {
    ++digits;
  }
  const std::string_view number = text.substr(0, digits);
  const std::string_view unit = trimmed(text.substr(digits));
  for (const Unit& known : units) {
    if (known.name != unit) continue;
    if (const auto whole = whole_number(number)) {
      std::int64_t product = 0;
      if (__builtin_mul_overflow(*whole, known.factor, &product)) return std::nullopt;
      return product;
    }
    double value = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (error != std::errc() || end != number.data() + number.size()) return std::nullopt;
    const double product = value * static_cast<double>(known.factor);
    if (product >= 9.2e18 || product != std::floor(product)) return std::nullopt;
    return static_cast<std::int64_t>(product);
  }
  return std::nullopt;
}

Error invalid(const OptionSpec& spec, std::string message) {
  return Error(ErrorClass::kUsage, "option.invalid", std::move(message)).with("option", std::string(spec.name));
}

std::string quoted(std::string_view text) {
  constexpr std::size_t kShown = 80;
  if (text.size() > kShown) return json_quote(std::string(text.substr(0, kShown)) + "...");
  return json_quote(text);
}

Result<Json> in_range(const OptionSpec& spec, std::int64_t value) {
  if (value < spec.min) return invalid(spec, "must be at least " + format_option(spec, Json(spec.min)));
  if (value > spec.max) return invalid(spec, "must be at most " + format_option(spec, Json(spec.max)));
  return Json(value);
}

// Names separated by commas; double quotes as in SQL protect a comma or a quote.
Result<Json> parse_names(const OptionSpec& spec, std::string_view text) {
  Json names = Json::array();
  std::size_t at = 0;
  while (true) {
    while (at < text.size() && text[at] == ' ') ++at;
    std::string name;
    if (at < text.size() && text[at] == '"') {
      bool is_closed = false;
      for (++at; at < text.size(); ++at) {
        if (text[at] != '"') {
          name += text[at];
        } else if (at + 1 < text.size() && text[at + 1] == '"') {
          name += text[at++];
        } else {
          is_closed = true;
          ++at;
          break;
        }
      }
      if (!is_closed) return invalid(spec, "a double quote is not closed");
      while (at < text.size() && text[at] == ' ') ++at;
      if (at < text.size() && text[at] != ',') return invalid(spec, "a comma is missing after a quoted name");
    } else {
      const std::size_t comma = std::min(text.find(',', at), text.size());
      name = trimmed(text.substr(at, comma - at));
      at = comma;
    }
    if (name.empty()) return invalid(spec, "has an empty name; separate names by single commas");
    for (const Json& other : names.as_array()) {
      if (other.as_string() == name) return invalid(spec, quoted(name) + " is named twice");
    }
    names.push(Json(std::move(name)));
    if (at >= text.size()) return names;
    ++at;
  }
}

// `name=text` separated by commas; a comma inside of parentheses belongs to the text, double quotes protect a name.
Result<Json> parse_texts(const OptionSpec& spec, std::string_view text) {
  Json texts = Json::object();
  while (true) {
    text = trimmed(text);
    std::string name;
    if (text.starts_with('"')) {
      std::size_t at = 1;
      for (; at < text.size() && (text[at] != '"' || text.substr(at, 2) == "\"\""); ++at) {
        if (text[at] == '"') ++at;
        name += text[at];
      }
      if (at >= text.size()) return invalid(spec, "a double quote is not closed");
      text = trimmed(text.substr(at + 1));
    } else {
      const std::size_t end = std::min(text.find('='), text.size());
      name = trimmed(text.substr(0, end));
      text.remove_prefix(end);
    }
    if (name.empty() || !text.starts_with('='))
      return invalid(spec, "wants " + std::string(spec.value_name.empty() ? "NAME=TEXT" : spec.value_name) +
                               ", several by commas");
    text.remove_prefix(1);
    std::size_t end = 0;
    int depth = 0;
    for (; end < text.size() && (depth > 0 || text[end] != ','); ++end) {
      depth += text[end] == '(' ? 1 : text[end] == ')' ? -1 : 0;
    }
    const std::string_view value = trimmed(text.substr(0, end));
    if (value.empty()) return invalid(spec, "has no value for " + quoted(name));
    if (texts.contains(name)) return invalid(spec, quoted(name) + " is named twice");
    texts.set(std::move(name), value);
    if (end >= text.size()) return texts;
    text.remove_prefix(end + 1);
  }
}

std::string quoted_if_needed(const std::string& name, std::string_view specials) {
  if (name.find_first_of(specials) == std::string::npos) return name;
  std::string text = "\"";
  for (const char c : name) text.append(c == '"' ? 2 : 1, c);
  return text + "\"";
}

std::string with_largest_unit(std::int64_t value, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (value != 0 && value % unit.factor == 0) return std::to_string(value / unit.factor) + std::string(unit.name);
  }
  return std::to_string(value) + std::string(units.back().name);
}

}  // namespace

std::vector<std::string_view> option_choices(const OptionSpec& spec) {
  std::vector<std::string_view> choices;
  std::string_view rest = spec.choices;
  while (!rest.empty()) {
    const std::size_t bar = std::min(rest.find('|'), rest.size());
    choices.push_back(rest.substr(0, bar));
    rest.remove_prefix(std::min(bar + 1, rest.size()));
  }
  return choices;
}

std::optional<Span> parse_span(std::string_view text) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  const bool has_unit = text.back() < '0' || text.back() > '9';
  Span span;
  if (!has_unit) {
    span.number = whole_number(text);
    return span.number ? std::optional(span) : std::nullopt;
  }
  const auto milliseconds = number_with_unit(text, kDurationUnits);
  if (!milliseconds) return std::nullopt;
  span.duration = std::chrono::milliseconds(*milliseconds);
  return span;
}

Result<Json> parse_option(const OptionSpec& spec, std::string_view text) {
  switch (spec.kind) {
    case OptionKind::kFlag:
      if (text == "true" || text.empty()) return Json(true);
      if (text == "false") return Json(false);
      return invalid(spec, quoted(text) + " is neither true nor false");
    case OptionKind::kText:
      return Json(text);
    case OptionKind::kPath:
      if (text.empty()) return invalid(spec, "the path is empty");
      if (text.find('\0') != std::string_view::npos) return invalid(spec, "the path has a zero byte");
      if (looks_like_url(text)) return invalid(spec, "a path is expected here, not a URL");
      return Json(text);
    case OptionKind::kInteger: {
      const auto value = whole_number(text);
      if (!value) return invalid(spec, quoted(text) + " is not an integer");
      return in_range(spec, *value);
    }
    case OptionKind::kDuration: {
      const auto value = number_with_unit(text, kDurationUnits);
      if (!value) return invalid(spec, quoted(text) + " is not a duration; write one as 500ms, 30s, 5m or 2h");
      return in_range(spec, *value);
    }
    case OptionKind::kBytes: {
      const auto value = number_with_unit(text, kByteUnits);
      if (!value) return invalid(spec, quoted(text) + " is not a size; write one as 4096, 64KiB, 256MiB or 1GiB");
      return in_range(spec, *value);
    }
    case OptionKind::kChoice: {
      const auto choices = option_choices(spec);
      std::string list;
      for (const std::string_view choice : choices) {
        if (choice == text) return Json(text);
        list += (list.empty() ? "" : ", ") + std::string(choice);
      }
      std::string message = quoted(text) + " is not one of " + list;
      const std::string near = nearest_name(text, choices);
      if (!near.empty()) message += "; did you mean " + near + "?";
      return invalid(spec, std::move(message));
    }
    case OptionKind::kNameList:
      return parse_names(spec, text);
    case OptionKind::kTextMap:
      return parse_texts(spec, text);
    case OptionKind::kSpan:
      if (!parse_span(text)) {
        return invalid(spec, quoted(text) + " is neither an integer nor a duration such as 2h");
      }
      return Json(text);
  }
  return invalid(spec, "has an unknown kind");
}

std::string format_option(const OptionSpec& spec, const Json& value) {
  static constexpr Unit kDurations[] = {{"h", 3600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}};
  static constexpr Unit kBytes[] = {
      {"TiB", 1LL << 40}, {"GiB", 1LL << 30}, {"MiB", 1LL << 20}, {"KiB", 1LL << 10}, {"", 1}};
  if (spec.kind == OptionKind::kDuration && value.is_int()) return with_largest_unit(value.as_int(), kDurations);
  if (spec.kind == OptionKind::kBytes && value.is_int()) return with_largest_unit(value.as_int(), kBytes);
  if (value.is_string()) return value.as_string();
  if (value.is_array()) {
    std::string text;
    for (const Json& item : value.as_array()) {
      if (!text.empty()) text += ',';
      text += quoted_if_needed(item.as_string(), ",\" ");
    }
    return text;
  }
  if (value.is_object()) {
    std::string text;
    for (const auto& [name, of_name] : value.as_object()) {
      text += (text.empty() ? "" : ",") + quoted_if_needed(name, ",=\" ") + "=" + of_name.as_string();
    }
    return text;
  }
  return value.is_null() ? std::string() : value.canonical();
}

const OptionSpec* Options::find(std::string_view name) const {
  for (const auto table : {specs_, more_specs_}) {
    for (const OptionSpec& spec : table) {
      if (spec.name == name) return &spec;
    }
  }
  return nullptr;
}

Json Options::value(std::string_view name) const {
  if (is_given(name)) return values_[name];
  const OptionSpec* spec = find(name);
  if (spec == nullptr || spec->default_text.empty()) return {};
  Result<Json> fallback = parse_option(*spec, spec->default_text);
  return fallback ? *std::move(fallback) : Json();
}

bool Options::flag(std::string_view name) const { return value(name).as_bool(); }
std::string Options::text(std::string_view name) const { return value(name).as_string(); }
std::int64_t Options::integer(std::string_view name) const { return value(name).as_int(); }
std::chrono::milliseconds Options::duration(std::string_view name) const {
  return std::chrono::milliseconds(value(name).as_int());
}

std::map<std::string, std::string> Options::texts(std::string_view name) const {
  std::map<std::string, std::string> out;
  const Json found = value(name);
  for (const auto& [key, text] : found.as_object()) out.emplace(key, text.as_string());
  return out;
}

std::vector<std::string> Options::names(std::string_view name) const {
  std::vector<std::string> out;
  const Json found = value(name);
  for (const Json& item : found.as_array()) out.push_back(item.as_string());
  return out;
}

}  // namespace dpone
