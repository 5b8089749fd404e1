// Json: a small JSON value for plans, reports, receipts and facts, with one canonical text form: object keys sorted
// by bytes, no spaces, shortest round-trip numbers, UTF-8 unescaped except control characters, quote and backslash.
// Equal values have equal canonical text, so that it can be hashed (docs/formats/canonical-json.md).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "dpone/base/result.h"

namespace dpone {

class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::map<std::string, Json, std::less<>>;

  Json() = default;
  Json(std::nullptr_t) {}                // NOLINT: values convert as in JSON text
  Json(bool value) : value_(value) {}    // NOLINT
  Json(double value) : value_(value) {}  // NOLINT
  template <class T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, bool>) Json(T value)
      : value_(static_cast<std::int64_t>(value)) {}             // NOLINT
  Json(std::string value) : value_(std::move(value)) {}         // NOLINT
  Json(std::string_view value) : value_(std::string(value)) {}  // NOLINT
  Json(const char* value) : value_(std::string(value)) {}       // NOLINT
  Json(Array value) : value_(std::move(value)) {}               // NOLINT
  Json(Object value) : value_(std::move(value)) {}              // NOLINT

  static Json array() { return Json(Array{}); }
  static Json object() { return Json(Object{}); }

  // Reads one JSON text (at most `max_depth` deep, duplicate keys refused). Fails with slug `json.syntax`.
  static Result<Json> parse(std::string_view text, int max_depth = 64);

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_bool() const { return std::holds_alternative<bool>(value_); }
  bool is_int() const { return std::holds_alternative<std::int64_t>(value_); }
  bool is_number() const { return is_int() || std::holds_alternative<double>(value_); }
  bool is_string() const { return std::holds_alternative<std::string>(value_); }
  bool is_array() const { return std::holds_alternative<Array>(value_); }
  bool is_object() const { return std::holds_alternative<Object>(value_); }

  // Each accessor gives its neutral value (false, 0, "", empty) when the kind is another one.
  bool as_bool() const;
  std::int64_t as_int() const;
  double as_double() const;
  const std::string& as_string() const;
  const Array& as_array() const;
  const Object& as_object() const;

  // Member of an object, or null. Never inserts.
  const Json& operator[](std::string_view key) const;
  bool contains(std::string_view key) const { return !(*this)[key].is_null(); }
  // Turns a null into an object or array first.
  Json& set(std::string key, Json value);
  Json& push(Json value);

  std::string canonical() const;
  // Indented by two spaces, keys in canonical order: for files and terminals.
  std::string pretty() const;

  friend bool operator==(const Json&, const Json&) = default;

 private:
  void append_canonical(std::string& out) const;
  void append_pretty(std::string& out, int depth) const;
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> value_;
};

// `text` as a JSON string with its quotes.
std::string json_quote(std::string_view text);

}  // namespace dpone
