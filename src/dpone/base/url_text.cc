#include "dpone/base/url_text.h"

#include <algorithm>
#include <string>

namespace dpone {

bool looks_like_url(std::string_view text) {
  const std::size_t colon = text.find("://");
  if (colon == 0 || colon == std::string_view::npos) return false;
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const std::string_view scheme = text.substr(0, colon);
  return is_letter(scheme[0]) && std::all_of(scheme.begin(), scheme.end(), [&](char c) {
           return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
         });
}

Status check_is_no_url(std::string_view what, std::string_view path) {
  if (!looks_like_url(path)) return {};
  return Error(ErrorClass::kUsage, "option.invalid", std::string(what) + ": a path is expected here, not a URL")
      .hint("give the path of a file or folder");
}

}  // namespace dpone
