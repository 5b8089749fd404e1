#include "dpone/base/json.h"

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace dpone {
namespace {

const Json kNull;
const std::string kEmptyString;
const Json::Array kEmptyArray;
const Json::Object kEmptyObject;

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          constexpr char kHex[] = "0123456789abcdef";
          out += "\\u00";
          out += kHex[(c >> 4) & 0xf];
          out += kHex[c & 0xf];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

// Builds a Json from nlohmann's events, so that its own value type stays out of this project.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Builder(int max_depth) : max_depth_(max_depth) {}

  bool null() override { return add(Json()); }
  bool boolean(bool value) override { return add(Json(value)); }
  bool number_integer(number_integer_t value) override { return add(Json(value)); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<number_unsigned_t>(INT64_MAX)) return add(Json(static_cast<double>(value)));
    return add(Json(static_cast<std::int64_t>(value)));
  }
  bool number_float(number_float_t value, const string_t&) override { return add(Json(value)); }
  bool string(string_t& value) override { return add(Json(std::move(value))); }
  bool binary(binary_t&) override { return refuse("binary data"); }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_array() override { return close(); }
  bool key(string_t& value) override {
    if (stack_.back().value.as_object().count(value) != 0) return refuse("duplicate key \"" + value + "\"");
    stack_.back().key = value;
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) override {
    return refuse("at byte " + std::to_string(position) + ": " + error.what());
  }

  Json root;
  std::string problem;

 private:
  struct Level {
    Json value;
    std::string key;
  };

  bool refuse(std::string what) {
    if (problem.empty()) problem = std::move(what);
    return false;
  }
  bool open(Json value) {
    if (static_cast<int>(stack_.size()) >= max_depth_) return refuse("nested too deeply");
    stack_.push_back({std::move(value), {}});
    return true;
  }
  bool close() {
    Json done = std::move(stack_.back().value);
    stack_.pop_back();
    return add(std::move(done));
  }
  bool add(Json value) {
    if (stack_.empty()) {
      root = std::move(value);
    } else if (stack_.back().value.is_array()) {
      stack_.back().value.push(std::move(value));
    } else {
      stack_.back().value.set(stack_.back().key, std::move(value));
    }
    return true;
  }

  int max_depth_;
  std::vector<Level> stack_;
};

}  // namespace

Result<Json> Json::parse(std::string_view text, int max_depth) {
  // The parser takes a zero byte for the end of its input, and would not see what follows.
  if (text.find('\0') != std::string_view::npos) {
    return Error(ErrorClass::kFailed, "json.syntax", "not valid JSON: it contains a zero byte");
  }
  Builder builder(max_depth);
  const bool parsed = nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  if (!parsed) return Error(ErrorClass::kFailed, "json.syntax", "not valid JSON: " + builder.problem);
  return std::move(builder.root);
}

bool Json::as_bool() const {
  const bool* value = std::get_if<bool>(&value_);
  return value != nullptr && *value;
}
std::int64_t Json::as_int() const {
  const auto* value = std::get_if<std::int64_t>(&value_);
  return value != nullptr ? *value : 0;
}
double Json::as_double() const {
  if (const auto* value = std::get_if<double>(&value_)) return *value;
  return static_cast<double>(as_int());
}
const std::string& Json::as_string() const {
  const auto* value = std::get_if<std::string>(&value_);
  return value != nullptr ? *value : kEmptyString;
}
const Json::Array& Json::as_array() const {
  const auto* value = std::get_if<Array>(&value_);
  return value != nullptr ? *value : kEmptyArray;
}
const Json::Object& Json::as_object() const {
  const auto* value = std::get_if<Object>(&value_);
  return value != nullptr ? *value : kEmptyObject;
}

const Json& Json::operator[](std::string_view key) const {
  const Object& object = as_object();
  const auto found = object.find(key);
  return found == object.end() ? kNull : found->second;
}

Json& Json::set(std::string key, Json value) {
  if (!is_object()) value_ = Object{};
  std::get<Object>(value_).insert_or_assign(std::move(key), std::move(value));
  return *this;
}

Json& Json::push(Json value) {
  if (!is_array()) value_ = Array{};
  std::get<Array>(value_).push_back(std::move(value));
  return *this;
}

void Json::append_canonical(std::string& out) const {
  if (is_null()) {
    out += "null";
  } else if (is_bool()) {
    out += as_bool() ? "true" : "false";
  } else if (is_int()) {
    out += std::to_string(as_int());
  } else if (is_string()) {
    append_quoted(out, as_string());
  } else if (is_array()) {
    out += '[';
    for (std::size_t i = 0; i < as_array().size(); ++i) {
      if (i != 0) out += ',';
      as_array()[i].append_canonical(out);
    }
    out += ']';
  } else if (is_object()) {
    out += '{';
    bool first = true;
    for (const auto& [key, value] : as_object()) {
      if (!first) out += ',';
      first = false;
      append_quoted(out, key);
      out += ':';
      value.append_canonical(out);
    }
    out += '}';
  } else {
    const double value = as_double();
    if (!std::isfinite(value)) {
      out += "null";  // JSON has no NaN or infinity
      return;
    }
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    out.append(text, end);
  }
}

void Json::append_pretty(std::string& out, int depth) const {
  const std::string indent(static_cast<std::size_t>(depth + 1) * 2, ' ');
  const std::string close(static_cast<std::size_t>(depth) * 2, ' ');
  if (is_array() && !as_array().empty()) {
    out += "[\n";
    for (std::size_t i = 0; i < as_array().size(); ++i) {
      out += indent;
      as_array()[i].append_pretty(out, depth + 1);
      out += i + 1 < as_array().size() ? ",\n" : "\n";
    }
    out += close + "]";
  } else if (is_object() && !as_object().empty()) {
    out += "{\n";
    std::size_t i = 0;
    for (const auto& [key, value] : as_object()) {
      out += indent;
      append_quoted(out, key);
      out += ": ";
      value.append_pretty(out, depth + 1);
      out += ++i < as_object().size() ? ",\n" : "\n";
    }
    out += close + "}";
  } else {
    append_canonical(out);
  }
}

std::string Json::canonical() const {
  std::string out;
  append_canonical(out);
  return out;
}

std::string Json::pretty() const {
  std::string out;
  append_pretty(out, 0);
  return out;
}

std::string json_quote(std::string_view text) {
  std::string out;
  append_quoted(out, text);
  return out;
}

}  // namespace dpone
