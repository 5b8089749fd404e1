// Members: reads an object of the server's answer into a struct. Every member is there, so that a misspelt name is an
// error and not the neutral value; null is the neutral value of its kind.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/json.h"
#include "dpone/base/result.h"

namespace dpone::postgres {

class Members {
 public:
  // `problem` keeps the first member that is missing or of another kind. Both must outlive this.
  Members(const Json& json, std::string& problem) : json_(json), problem_(problem) {}

  void read(std::string_view key, std::string& out) const { out = of_kind(key, &Json::is_string).as_string(); }
  void read(std::string_view key, bool& out) const { out = of_kind(key, &Json::is_bool).as_bool(); }
  void read(std::string_view key, std::int64_t& out) const { out = of_kind(key, &Json::is_int).as_int(); }
  void read(std::string_view key, std::optional<std::string>& out) const {
    out = text_of(of_kind(key, &Json::is_string));
  }
  void read(std::string_view key, std::optional<std::int64_t>& out) const {
    const Json& value = of_kind(key, &Json::is_int);
    if (value.is_int()) out = value.as_int();
  }
  void read(std::string_view key, std::vector<std::string>& out) const {
    for (const Json& value : of_kind(key, &Json::is_array).as_array()) out.push_back(value.as_string());
  }
  void read(std::string_view key, std::vector<std::optional<std::string>>& out) const {
    for (const Json& value : of_kind(key, &Json::is_array).as_array()) out.push_back(text_of(value));
  }
  void read(std::string_view key, std::map<std::string, std::int64_t>& out) const {
    for (const auto& [name, value] : of_kind(key, &Json::is_object).as_object()) out[name] = value.as_int();
  }
  // A list of structs, or one, each of which read_members() reads.
  template <class Part>
  void read(std::string_view key, std::vector<Part>& out) const {
    for (const Json& value : of_kind(key, &Json::is_array).as_array()) {
      read_members(Members(value, problem_), out.emplace_back());
    }
  }
  template <class Part>
  void read(std::string_view key, std::vector<std::optional<Part>>& out) const {
    for (const Json& value : of_kind(key, &Json::is_array).as_array()) {
      std::optional<Part>& part = out.emplace_back();
      if (!value.is_null()) read_members(Members(value, problem_), part.emplace());
    }
  }
  template <class Part>
  void read(std::string_view key, std::optional<std::vector<Part>>& out) const {
    if (!of_kind(key, &Json::is_array).is_null()) read(key, out.emplace());
  }
  template <class Part>
  void read_one(std::string_view key, Part& out) const {
    read_members(Members(of_kind(key, &Json::is_object), problem_), out);
  }

 private:
  static std::optional<std::string> text_of(const Json& value) {
    return value.is_string() ? std::optional(value.as_string()) : std::nullopt;
  }

  const Json& of_kind(std::string_view key, bool (Json::*is_kind)() const) const {
    const auto found = json_.as_object().find(key);
    const bool is_there = found != json_.as_object().end();
    if (is_there && (found->second.is_null() || (found->second.*is_kind)())) return found->second;
    if (problem_.empty()) problem_ = "the catalog's answer has no " + std::string(key) + " of the expected kind";
    static const Json kNone;
    return kNone;
  }

  const Json& json_;
  std::string& problem_;
};

template <class Whole>
Result<Whole> from_members(const Json& json) {
  Whole whole;
  std::string problem;
  read_members(Members(json, problem), whole);
  if (!problem.empty()) return internal_error(problem);
  return whole;
}

template <class Part>
Result<std::vector<Part>> list_from_members(const Json& json) {
  std::vector<Part> out;
  std::string problem;
  for (const Json& part : json.as_array()) read_members(Members(part, problem), out.emplace_back());
  if (!problem.empty()) return internal_error(problem);
  return out;
}

}  // namespace dpone::postgres
