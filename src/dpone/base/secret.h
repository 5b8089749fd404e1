// Secret: a password or token. It has no formatter and no stream operator, so that printing one does not compile;
// `reveal` is the one way to its text, for the call that hands it to a driver. Its memory is cleared at the end.
#pragma once

#include <cstring>
#include <string>
#include <utility>

namespace dpone {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  Secret(Secret&&) = default;
  Secret& operator=(Secret&&) = default;
  ~Secret() { explicit_bzero(text_.data(), text_.size()); }

  bool empty() const { return text_.empty(); }
  const std::string& reveal() const { return text_; }

 private:
  std::string text_;
};

}  // namespace dpone
