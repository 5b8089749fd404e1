#include "dpone/base/redact.h"

#include <algorithm>
#include <utility>

namespace dpone {
namespace {

constexpr std::string_view kMask = "***";
constexpr std::string_view kSecretKeys[] = {"password", "passwd", "pwd"};
constexpr std::string_view kConnectionKeys[] = {"host", "hostaddr", "port", "dbname", "user", "service"};

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }
bool is_blank(char c) { return static_cast<unsigned char>(c) <= 0x20; }
bool ends_token(char c) { return is_blank(c) || c == '"' || c == '\'' || c == '<' || c == '>'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// `text` has `key`, in lower case, at `at`.
bool has_at(std::string_view text, std::size_t at, std::string_view key) {
  if (text.size() - at < key.size()) return false;
  return std::equal(key.begin(), key.end(), text.begin() + static_cast<std::ptrdiff_t>(at),
                    [](char expected, char c) { return expected == lower(c); });
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
  return at;
}

// Whether `text` contains a setting of a connection, `host=` or `host =`.
bool has_connection_settings(std::string_view text) {
  for (const std::string_view key : kConnectionKeys) {
    for (std::size_t at = 0; at + key.size() < text.size(); ++at) {
      if (!has_at(text, at, key) || (at > 0 && is_word(text[at - 1]))) continue;
      const std::size_t equals = skip_blanks(text, at + key.size());
      if (equals < text.size() && text[equals] == '=') return true;
    }
  }
  return false;
}

// The position of the password of a URL whose `//` ends at `at`, as [begin, end); empty if there is no password. The
// user part ends at the last @ before a query. An @ that only comes after a slash counts if the text before the slash
// is not a port: then the slash is part of the password.
std::pair<std::size_t, std::size_t> password_of_url(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && !ends_token(text[end])) ++end;
  const std::string_view token = text.substr(at, end - at);
  const std::size_t authority_end = std::min(token.find_first_of("/?#"), token.size());
  const std::size_t colon = token.find(':');
  if (colon == std::string_view::npos || colon >= authority_end) return {at, at};
  std::size_t last = token.substr(0, authority_end).rfind('@');
  if (last != std::string_view::npos && last > colon) {
    // `user:p@ss/word@host`: the slash is part of the password.
    last = token.substr(0, std::min(token.find('?', authority_end), token.size())).rfind('@');
  } else if (last == std::string_view::npos) {
    const std::string_view port = token.substr(colon + 1, authority_end - colon - 1);
    const bool is_port = std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
    last = is_port ? std::string_view::npos : token.rfind('@');
  }
  if (last == std::string_view::npos || last <= colon) return {at, at};
  return {at + colon + 1, at + last};
}

// The same of a setting whose key ends at `at`; `is_loose` allows blanks around the equals sign.
std::pair<std::size_t, std::size_t> value_of_setting(std::string_view text, std::size_t at, bool is_loose) {
  const std::size_t equals = is_loose ? skip_blanks(text, at) : at;
  if (equals >= text.size() || text[equals] != '=') return {at, at};
  std::size_t begin = is_loose ? skip_blanks(text, equals + 1) : equals + 1;
  if (begin < text.size() && text[begin] == '\'') {
    std::size_t end = ++begin;
    while (end < text.size() && text[end] != '\'') end += text[end] == '\\' ? 2 : 1;
    return {begin, std::min(end, text.size())};
  }
  std::size_t end = begin;
  while (end < text.size() && !is_blank(text[end]) && text[end] != '&' && text[end] != '"') ++end;
  return {begin, end};
}

}  // namespace

std::string redacted(std::string_view text) {
  std::string out;
  std::size_t copied = 0;
  const auto mask = [&](std::pair<std::size_t, std::size_t> secret) {
    if (secret.first == secret.second || secret.first < copied) return;
    out += text.substr(copied, secret.first - copied);
    out += kMask;
    copied = secret.second;
  };
  // Searched once, and only if it matters.
  int has_settings = -1;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (at < copied) continue;
    if (text[at] == '/' && at + 1 < text.size() && text[at + 1] == '/') {
      mask(password_of_url(text, at + 2));
      continue;
    }
    for (const std::string_view key : kSecretKeys) {
      if (!has_at(text, at, key)) continue;
      if (has_settings < 0) has_settings = has_connection_settings(text) ? 1 : 0;
      mask(value_of_setting(text, at + key.size(), has_settings == 1));
    }
  }
  out += text.substr(copied);
  return out;
}

Json redacted_json(const Json& value) {
  if (value.is_string()) return redacted(value.as_string());
  if (value.is_array()) {
    Json out = Json::array();
    for (const Json& item : value.as_array()) out.push(redacted_json(item));
    return out;
  }
  if (value.is_object()) {
    Json out = Json::object();
    for (const auto& [name, item] : value.as_object()) out.set(name, redacted_json(item));
    return out;
  }
  return value;
}

}  // namespace dpone
