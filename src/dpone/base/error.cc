#include "dpone/base/error.h"

namespace dpone {

std::string_view to_string(ErrorClass value) {
  switch (value) {
    case ErrorClass::kFailed:
      return "failed";
    case ErrorClass::kUsage:
      return "usage";
    case ErrorClass::kRefused:
      return "refused";
    case ErrorClass::kUnavailable:
      return "unavailable";
    case ErrorClass::kOutcomeUnknown:
      return "outcome_unknown";
    case ErrorClass::kInterrupted:
      return "interrupted";
  }
  return "failed";
}

std::string_view to_string(Retry value) {
  switch (value) {
    case Retry::kNever:
      return "never";
    case Retry::kSafe:
      return "safe";
    case Retry::kAgain:
      return "again";
    case Retry::kAsText:
      return "as_text";
    case Retry::kUnknown:
      return "unknown";
  }
  return "never";
}

Error::Error(ErrorClass error_class, std::string slug, std::string message)
    : body_(std::make_unique<Body>(Body{error_class, Retry::kNever, std::move(slug), std::move(message), {}, {}, {}})) {
}

Error::Error(const Error& other) : body_(std::make_unique<Body>(*other.body_)) {}

Error& Error::operator=(const Error& other) {
  if (this != &other) body_ = std::make_unique<Body>(*other.body_);
  return *this;
}

Error&& Error::with(std::string key, std::string value) && { return std::move(add(std::move(key), std::move(value))); }

Error&& Error::native(std::string code) && {
  body_->native_code = std::move(code);
  return std::move(*this);
}

Error&& Error::hint(std::string next_step) && {
  body_->next_step = std::move(next_step);
  return std::move(*this);
}

Error&& Error::retry(Retry retry) && {
  body_->retry = retry;
  return std::move(*this);
}

Error& Error::add(std::string key, std::string value) & {
  body_->context.push_back({std::move(key), std::move(value)});
  return *this;
}

std::string_view Error::context_value(std::string_view key) const {
  for (const Context& entry : body_->context) {
    if (entry.key == key) return entry.value;
  }
  return {};
}

std::string Error::to_line() const {
  std::string line = body_->slug + ": " + body_->message;
  const char* separator = " (";
  for (const Context& entry : body_->context) {
    line += separator + entry.key + "=" + entry.value;
    separator = ", ";
  }
  if (!body_->native_code.empty()) {
    line += separator + std::string("code=") + body_->native_code;
    separator = ", ";
  }
  if (separator[0] == ',') line += ')';
  return line;
}

Error out_of_memory_error() {
  return Error(ErrorClass::kFailed, "out_of_memory", "dpone ran out of memory")
      .hint("give the process more memory, or leave out the largest rows");
}

Error internal_error(std::string_view what) {
  return Error(ErrorClass::kFailed, "internal", "internal error: " + std::string(what))
      .hint("this is a bug in dpone: report it with the command");
}

}  // namespace dpone
